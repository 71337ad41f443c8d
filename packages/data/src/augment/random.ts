import type { RandomGenerator } from '@resnetjs/core/network';
import type { Range } from '@resnetjs/recipe';
import { exponential, logarithm } from './elementary.js';
import type { Box, Size } from './image.js';

export const between = (random: RandomGenerator, [low, high]: Range): number =>
  low + (high - low) * random.uniform();

/** From −most to most. */
export const either = (random: RandomGenerator, most: number): number => (2 * random.uniform() - 1) * most;

export const happens = (random: RandomGenerator, probability: number): boolean =>
  random.uniform() < probability;

/** As many shapes are tried, as in torchvision, until one fits the image; then one is cut to it. */
const TRIES = 10;

/** A box of a share of the image's area, with sides of a ratio as shares of the image's, anywhere in it; of whole pixels. */
export function randomBox(random: RandomGenerator, size: Size, area: Range, ratio: Range): Box {
  const logRatio: Range = [logarithm(ratio[0]), logarithm(ratio[1])];
  let [across, down] = [2, 2];
  for (let i = 0; i < TRIES && Math.max(across, down) > 1; i++) {
    const share = between(random, area);
    const shape = exponential(between(random, logRatio));
    across = Math.sqrt(share * shape);
    down = Math.sqrt(share / shape);
  }
  const width = pixels(across, size.width);
  const height = pixels(down, size.height);
  const left = random.integer(size.width - width + 1);
  return { left, top: random.integer(size.height - height + 1), width, height };
}

const pixels = (share: number, of: number) => Math.max(1, Math.min(of, Math.round(share * of)));
