import { RandomGenerator, ResNetError } from '@resnetjs/core';
import { checkDataset, checkIndices, checkInteger } from './check-dataset.js';
import type { Dataset } from './dataset.js';

/** Of the streams under a seed, those that decide which images are for validation. */
const STREAM = 3 * 2 ** 32;

export interface SplitOptions {
  /** The share of every class that goes to validation, between 0 and 1. */
  readonly fraction: number;
  /** 0 unless told. */
  readonly seed?: number;
}

/** The images at `indices`, in that order, as a dataset. Throws bad-option. */
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
    isLost: (position) => dataset.isLost?.(chosen[position] as number) ?? false,
  };
}

/**
 * Sets the same share of every class apart for validation, at random by seed; the order of images stays.
 * A class of two images or more keeps one on each side; a single image stays in training. Throws bad-option, bad-data.
 */
export function split(dataset: Dataset, options: SplitOptions): { train: Dataset; validation: Dataset } {
  const { fraction, seed = 0 } = options;
  if (!(fraction > 0 && fraction < 1)) {
    throw new ResNetError(
      'bad-option',
      `The validation fraction lies between 0 and 1, not ${fraction}: try 0.1.`,
      { fraction },
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
    const share = Math.max(1, Math.min(indices.length - 1, Math.round(indices.length * fraction)));
    if (indices.length < 2) return;
    const order = RandomGenerator.stateless(seed, STREAM + label).permutation(indices.length);
    for (const position of order.subarray(0, share)) heldOut[indices[position] as number] = 1;
  });
  const where = (side: number) => [...heldOut.keys()].filter((index) => heldOut[index] === side);
  const validation = where(1);
  if (validation.length === 0) {
    throw new ResNetError(
      'bad-data',
      'Every class has a single image, so none can be set apart for validation. Add images.',
    );
  }
  return { train: subset(dataset, where(0)), validation: subset(dataset, validation) };
}
