import type { NetworkName } from '@resnetjs/core/network';
import { augmentation } from './augmentation.js';
import { adam } from './optimizer.js';
import { createRecipe, type Recipe } from './recipe.js';

/** Images that a network is to learn, as far as the choice of a recipe depends on them. */
export interface ImagesToLearn {
  /** How many there are, with those that are held out for validation. */
  readonly images: number;
  /** The shorter sides of some of them, in pixels. */
  readonly sides: readonly number[];
  /** The height and width that they will have, in pixels, if that isn't to be chosen. */
  readonly imageSize?: number;
  /** Epochs, if they aren't to be chosen. */
  readonly epochs?: number;
  /** The share of them that is held out for validation; null where there are others. Default: a fifth. */
  readonly validationSplit?: number | null;
  /** Of the recipe. Default: 0. */
  readonly seed?: number;
}

/** A network and a recipe for some images, and why they were chosen. */
export interface ChosenRecipe {
  readonly network: NetworkName;
  /** Height and width, in pixels. */
  readonly imageSize: number;
  /** How levels become the network's input: by ImageNet's mean and std. */
  readonly normalization: 'imagenet';
  /** The share of the images to hold out for validation; null where there are others. */
  readonly validationSplit: number | null;
  readonly recipe: Recipe;
  /** What was chosen, and why. */
  readonly reasons: readonly Reason[];
}

/** Something that was chosen, and why, a sentence's end. */
export interface Reason {
  readonly what: string;
  readonly why: string;
  /** The settings of the recipe that it is about: where others are given, it doesn't hold. */
  readonly settings: readonly (keyof Recipe)[];
}

/** A network by the number of images, with the size and the settings that it learned best with. */
interface Row {
  /** For fewer images than this. */
  readonly below: number;
  readonly network: NetworkName;
  readonly imageSize: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly decay: number;
  readonly labelSmoothing: number;
  /** The smallest share of an image's area that a crop leaves. */
  readonly crop: number;
  readonly why: string;
}

// The first was measured on five folds of 400 photographs of flowers, from scratch, in 30 epochs: see docs/training.md.
const few: Row = {
  ...{ below: 2000, network: 'cifar/resnet20', imageSize: 32, crop: 0.5 },
  ...{ batchSize: 8, learningRate: 3e-3, decay: 0.02, labelSmoothing: 0 },
  why: 'from few images a larger one learns too much by heart',
};
const many: Row = {
  ...{ below: 10_000, network: 'resnet18', imageSize: 64, crop: 0.35 },
  ...{ batchSize: 32, learningRate: 1e-3, decay: 0.05, labelSmoothing: 0.1 },
  why: 'from so many images it learns more than a small one',
};
const photographs: readonly Row[] = [few, many, { ...many, below: Number.POSITIVE_INFINITY, imageSize: 128 }];
const small = 'it was made for images as small as these';
const thumbnails: readonly Row[] = [
  { ...few, why: small },
  { ...few, below: Number.POSITIVE_INFINITY, batchSize: 32, why: small },
];

/** Images up to this size are those that CIFAR's networks were made for. */
const smallSide = 40;
const fewestEpochs = 10;
const mostEpochs = 60;
const heldOut = 0.2;

/**
 * Chooses a network, its image size and a recipe by the number and the size of the images: for someone who has images and no
 * wish to choose.
 *
 * @example
 * const { network, imageSize, recipe } = chooseRecipe({ images: 500, classes: 5, sides: [128] });
 * createNetwork(network, { input: [imageSize, imageSize, 3], classes: 5 }); // cifar/resnet20, 32 pixels
 */
export function chooseRecipe(given: ImagesToLearn): ChosenRecipe {
  const { images, validationSplit = heldOut, seed = 0 } = given;
  const side = median(given.sides);
  const row = rowOf(images, side);
  const imageSize = given.imageSize ?? Math.min(row.imageSize, Math.max(32, side));
  const trained = Math.round(images * (1 - (validationSplit ?? 0)));
  const epochs = given.epochs ?? epochsFor(trained);
  const recipe = recipeOf(row, { epochs, seed, trained });
  return {
    network: row.network,
    imageSize,
    normalization: 'imagenet',
    validationSplit,
    recipe,
    reasons: [
      { what: row.network, why: row.why, settings: [] },
      ...(given.imageSize === undefined && Number.isFinite(side)
        ? [{ what: `${imageSize}×${imageSize} pixels`, why: sizeReason(imageSize, side), settings: [] }]
        : []),
      ...(given.epochs === undefined ? [epochsReason(epochs, trained)] : []),
      ...reasonsOfAll,
      ...(given.validationSplit === undefined ? [splitReason] : []),
    ],
  };
}

const reasonsOfAll: readonly Reason[] = [
  {
    what: 'AdamW, a cosine schedule',
    why: 'they learn well without being tuned',
    settings: ['optimizer', 'groups', 'schedule'],
  },
  { what: 'crops and flips', why: 'no image is seen twice alike', settings: ['augment'] },
  {
    what: 'averaged weights',
    why: 'their mean over about an epoch classifies better than the last ones',
    settings: ['averaging'],
  },
];
const splitReason: Reason = {
  what: 'a fifth held out',
  why: 'there are no other images for validation',
  settings: [],
};

function epochsReason(epochs: number, trained: number): Reason {
  const why = `few images are shown more often; ${trained} make ${epochs * trained} in all`;
  return { what: `${epochs} epochs`, why, settings: [] };
}

function sizeReason(chosen: number, side: number): string {
  if (chosen === side) return 'as large as the images are';
  if (chosen > side) return `what the network was made for; the images have ${side}`;
  return `the images have ${side}, but to learn from more detail takes more of them, and longer`;
}

function rowOf(images: number, side: number): Row {
  const rows = side <= smallSide ? thumbnails : photographs;
  return rows.find(({ below }) => images < below) as Row;
}

/** Few images are shown more often, but less in all: 400 images 30 times, 1,600 images 15 times. */
function epochsFor(images: number): number {
  return Math.max(fewestEpochs, Math.min(mostEpochs, Math.round(600 / Math.sqrt(images))));
}

function recipeOf(
  { batchSize, learningRate, decay, labelSmoothing, crop }: Row,
  { epochs, seed, trained }: { readonly epochs: number; readonly seed: number; readonly trained: number },
): Recipe {
  const warmup = Math.min(2, Math.floor(epochs / 5));
  const stepsPerEpoch = Math.ceil(trained / batchSize);
  // An epoch of memory.
  const averaging = Math.min(0.999, Math.max(0.9, 1 - 1 / stepsPerEpoch));
  return createRecipe({
    ...{ epochs, batchSize, seed, schedule: 'cosine', averaging },
    ...(warmup > 0 && { warmup }),
    optimizer: adam({ learningRate }),
    groups: [{ match: { role: 'kernel' }, decay }],
    augment: [augmentation('crop', { area: [crop, 1] }), augmentation('flip')],
    ...(labelSmoothing > 0 && { labelSmoothing }),
  });
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.POSITIVE_INFINITY;
}
