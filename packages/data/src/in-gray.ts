import { toGray } from '@resnetjs/core/images';
import type { Dataset } from './dataset.js';

/**
 * A dataset of RGB images in gray, `[height, width, 1]`, by the rule of `toChannels`. An image folder opened with `channels: 1`
 * becomes gray before it is resized, which this can't.
 *
 * @example
 * const images = inGray(syntheticSigns());
 */
export function inGray<D extends Dataset>(dataset: D): D {
  const [height, width] = dataset.shape;
  return {
    ...dataset,
    shape: [height, width, 1],
    read: async (indices) => toGray(await dataset.read(indices)),
  };
}
