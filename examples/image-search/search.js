// The images that look most like one: node search.js PHOTO FOLDER [MODEL]
import { embedAll, register } from 'resnetjs';
import { imagesFrom, load } from 'resnetjs/node';

const [photo, folder, model = 'timm:resnet50'] = process.argv.slice(2);
if (folder === undefined) {
  console.error('node search.js PHOTO FOLDER [MODEL], such as: node search.js cat.jpg photos/');
  process.exit(2);
}

await register();
const classifier = await load(model);

/** Each image's features before the last layer, of length 1: their product is the cosine of two images. */
async function featuresOf(sources) {
  const found = [];
  for await (const { id, vector, error } of embedAll(classifier, await imagesFrom(sources), {
    normalize: true,
  })) {
    if (error) console.error(`left out: ${error.message}`);
    else found.push({ id, vector });
    if (found.length % 100 === 0) console.error(`${found.length} images`);
  }
  return found;
}

const [wanted] = await featuresOf([photo]);
const cosine = ({ vector }) => vector.reduce((sum, value, i) => sum + value * wanted.vector[i], 0);
const ranked = (await featuresOf([folder])).map((image) => ({ id: image.id, likeness: cosine(image) }));
ranked.sort((one, other) => other.likeness - one.likeness);
for (const { id, likeness } of ranked.slice(0, 10)) console.log(likeness.toFixed(3), id);
