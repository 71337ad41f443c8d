import { RandomGenerator, ResNetError } from '@resnetjs/core/network';
import { checkDataset, checkIndices, checkInteger } from './check-dataset.js';
import type { Dataset, ImageIdentity } from './dataset.js';

/** The first of the random streams that choose the images for validation: one stream per class. */
const STREAM = 3 * 2 ** 32;

/** Options of `splitDataset`. */
export interface SplitOptions {
  /** The share of each class that goes to validation, between 0 and 1 (exclusive). */
  readonly validationSplit: number;
  /** Seed of the random choice. Default: 0. */
  readonly seed?: number;
}

/**
 * The images at `indices`, in that order, as a dataset of their own. Throws `bad-option` for an index out of range.
 *
 * @example
 * const firstTen = subset(images, Array.from({ length: 10 }, (_, i) => i));
 */
export function subset(dataset: Dataset, indices: ArrayLike<number>): Dataset {
  checkIndices(indices, dataset.labels.length);
  const chosen = Uint32Array.from(indices);
  return {
    classes: dataset.classes,
    shape: dataset.shape,
    labels: Uint16Array.from(chosen, (index) => dataset.labels[index] as number),
    async read(positions) {
      checkIndices(positions, chosen.length);
      return dataset.read(Uint32Array.from(positions, (position) => chosen[position] as number));
    },
    isBroken: (position) => dataset.isBroken?.(chosen[position] as number) ?? false,
    ...(dataset.identify && {
      async identify() {
        const all = (await dataset.identify?.()) ?? [];
        return Array.from(chosen, (index) => all[index] as ImageIdentity);
      },
    }),
  };
}

/**
 * A stratified split: holds out the same share of each class for validation, at random by seed, and keeps the images in
 * order. A class of two or more images has at least one on each side; a single image stays in training. Throws
 * `bad-option`, and `bad-data` if the dataset is unsound or nothing can be held out.
 *
 * @example
 * const { train: training, validation } = splitDataset(images, { validationSplit: 0.2, seed: 0 });
 */
export function splitDataset(
  dataset: Dataset,
  options: SplitOptions,
): { train: Dataset; validation: Dataset } {
  const { validationSplit, seed = 0 } = options;
  if (!(validationSplit > 0 && validationSplit < 1)) {
    throw new ResNetError(
      'bad-option',
      `The validation fraction must be between 0 and 1, not ${validationSplit}: try 0.1.`,
      { validationSplit },
    );
  }
  checkInteger('seed', seed, 0);
  checkDataset(dataset);
  const members: number[][] = dataset.classes.map(() => []);
  dataset.labels.forEach((label, index) => {
    members[label]?.push(index);
  });
  const heldOut = new Uint8Array(dataset.labels.length);
  members.forEach((indices, label) => {
    const share = Math.max(1, Math.min(indices.length - 1, Math.round(indices.length * validationSplit)));
    if (indices.length < 2) return;
    const order = RandomGenerator.stateless(seed, STREAM + label).permutation(indices.length);
    for (const position of order.subarray(0, share)) heldOut[indices[position] as number] = 1;
  });
  const where = (side: number) => [...heldOut.keys()].filter((index) => heldOut[index] === side);
  const validation = where(1);
  if (validation.length === 0) {
    throw new ResNetError(
      'bad-data',
      'Every class has a single image, so none can be held out for validation. Add images.',
    );
  }
  return { train: subset(dataset, where(0)), validation: subset(dataset, validation) };
}
