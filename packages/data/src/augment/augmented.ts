import type { Augmentation } from '@resnetjs/recipe';
import { checkInteger } from '../check-dataset.js';
import type { Dataset } from '../dataset.js';
import { type AugmentJob, augmentBatch } from './augment-batch.js';

/** Options of `augmented`. */
export interface AugmentedOptions {
  /** The augmentations: `parseAugmentations` or `augmentation` of @resnetjs/recipe make them. */
  readonly augment: readonly Augmentation[];
  /** Default: 0. */
  readonly seed?: number;
  /** Each epoch has other random numbers. Default: 1. */
  readonly epoch?: number;
  /** What augments the images: `augmentInBackground` of `@resnetjs/data/node`, for example. Default: this thread. */
  readonly run?: (job: AugmentJob) => Promise<Uint8Array> | Uint8Array;
}

/**
 * A dataset whose images are augmented as they are read: the same ones for a seed, an epoch and an index, on every machine.
 * Throws `bad-option` for a seed or an epoch that isn't a whole number of at least 0.
 *
 * @example
 * const seen = augmented(images, { augment: parseAugmentations('flip,translate=0.1'), seed: 0, epoch: 1 });
 * const pixels = await seen.read([0, 1, 2]);
 */
export function augmented<D extends Dataset>(dataset: D, options: AugmentedOptions): D {
  const { augment, seed = 0, epoch = 1, run = augmentBatch } = options;
  checkInteger('seed', seed, 0);
  checkInteger('epoch', epoch, 0, 2 ** 20);
  if (augment.length === 0) return dataset;
  return {
    ...dataset,
    async read(indices) {
      const images = await dataset.read(indices);
      return run({ images, shape: dataset.shape, indices, augment, seed, epoch });
    },
  };
}
