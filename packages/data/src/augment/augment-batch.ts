import { RandomGenerator } from '@resnetjs/core/network';
import type { Augmentation } from '@resnetjs/recipe';
import type { Dataset } from '../dataset.js';
import { composed } from './affine.js';
import type { Image } from './image.js';
import { applyLevels, type LevelOperation } from './operation.js';
import { planAugmentation } from './plan.js';
import { sample } from './sample.js';

/** Images, and how they are augmented: plain data that passes between threads. */
export interface AugmentJob {
  /** `[batch, height, width, channels]`, 0 to 255. */
  readonly images: Uint8Array;
  /** The shape of each. */
  readonly shape: Dataset['shape'];
  /** Which images of the dataset these are, `[batch]`: each has its own random numbers. */
  readonly indices: ArrayLike<number>;
  readonly augment: readonly Augmentation[];
  readonly seed: number;
  readonly epoch: number;
}

/** The first of the random streams of augmentation: one for each epoch and image. */
const STREAM = 2 ** 48;

/**
 * Augmented images, `[batch, height, width, channels]`: those of a seed, an epoch and an index, to the bit, wherever they are
 * computed. Crops, translations, flips, rotations and shears are made first, wherever they stand, as one map that is sampled once,
 * so that nothing is blurred twice; then the others in their order. Throws `bad-option` for a seed that is not a whole number of at least 0.
 *
 * @example
 * const augment = parseAugmentations('flip,rotate=10');
 * const seen = augmentBatch({ images, shape: [32, 32, 3], indices: [0, 1], augment, seed: 0, epoch: 1 });
 */
export function augmentBatch(job: AugmentJob): Uint8Array<ArrayBuffer> {
  const { images, shape, indices, augment, seed, epoch } = job;
  const [height, width, channels] = shape;
  const size = height * width * channels;
  const augmented = new Uint8Array(indices.length * size); // [batch, height, width, channels]
  for (let i = 0; i < indices.length; i++) {
    const random = RandomGenerator.stateless(seed, STREAM + epoch * 2 ** 32 + (indices[i] as number));
    const part = (levels: Uint8Array): Image => ({
      levels: levels.subarray(i * size, (i + 1) * size),
      height,
      width,
      channels,
    });
    augmentImage(part(images), part(augmented), augment, random);
  }
  return augmented;
}

function augmentImage(
  image: Image,
  result: Image,
  augment: readonly Augmentation[],
  random: RandomGenerator,
): void {
  const operations = augment.flatMap((augmentation) => planAugmentation(augmentation, image, random));
  const maps = operations.flatMap((operation) => (operation.op === 'map' ? [operation.map] : []));
  if (maps.length === 0) result.levels.set(image.levels);
  else sample(image, composed(maps), result);
  const others = operations.filter((operation): operation is LevelOperation => operation.op !== 'map');
  for (const operation of others) applyLevels(result, operation);
}
