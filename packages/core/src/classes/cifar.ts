// Krizhevsky 2009, "Learning Multiple Layers of Features from Tiny Images"; the names of the data's own lists.

const fineNames = `
apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly
camel can castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup
dinosaur dolphin elephant flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower
leopard lion lizard lobster man maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid
otter palm_tree pear pickup_truck pine_tree plain plate poppy porcupine possum rabbit raccoon ray
road rocket rose sea seal shark shrew skunk skyscraper snail snake spider squirrel streetcar
sunflower sweet_pepper table tank telephone television tiger tractor train trout tulip turtle
wardrobe whale willow_tree wolf woman worm`;

const words = (text: string): readonly string[] => text.trim().split(/\s/);

/** CIFAR-10's classes in the order of their labels. */
export const cifar10Classes: readonly string[] = /* @__PURE__ */ words(
  'airplane automobile bird cat deer dog frog horse ship truck',
);

/** CIFAR-100's classes, the fine ones, in the order of their labels. */
export const cifar100Classes: readonly string[] = /* @__PURE__ */ words(fineNames);
