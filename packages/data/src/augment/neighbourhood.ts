// Changes of levels that depend on the pixels around, in place.
import { exponential } from './elementary.js';
import { type Image, mirrored } from './image.js';
import { blendBy, blended } from './levels.js';

/** Away from a smoothed image, by a factor: byte for byte Pillow's, which leaves the pixels at the edges as they are. */
export function sharpness({ levels, height, width, channels }: Image, factor: number): void {
  const original = new Uint8Array(levels);
  const line = width * channels;
  blendBy(factor);
  for (let row = 1; row < height - 1; row++) {
    const start = row * line + channels;
    for (let at = start; at < start + line - 2 * channels; at++) {
      const own = original[at] as number;
      const sum =
        4 * own +
        rowSum(original, at - line, channels) +
        rowSum(original, at, channels) +
        rowSum(original, at + line, channels);
      levels[at] = blended(Math.floor((2 * sum + 13) / 26), own); // a thirteenth of the sum, rounded
    }
  }
}

const rowSum = (levels: Uint8Array, at: number, channels: number) =>
  (levels[at - channels] as number) + (levels[at] as number) + (levels[at + channels] as number);

/** The sum of a Gaussian's weights; levels between its two passes are in 256ths. */
const TOTAL = 2 ** 14;

/** A Gaussian of a standard deviation of `sigma` pixels, cut off at three of these; beyond the edges the image is mirrored. */
export function blur({ levels, height, width, channels }: Image, sigma: number): void {
  const weights = gaussian(sigma);
  const line = width * channels;
  const radius = weights.length - 1;
  const edge = radius * channels;
  const padded = new Int32Array(line + 2 * edge); // a row, mirrored beyond its ends
  const across = new Int32Array(levels.length); // [height, width, channels]
  for (let row = 0; row < height; row++) {
    for (let column = -radius; column < width + radius; column++) {
      const from = row * line + mirrored(column, width) * channels;
      for (let c = 0; c < channels; c++) padded[edge + column * channels + c] = levels[from + c] as number;
    }
    const sums = across.subarray(row * line, (row + 1) * line);
    weights.forEach((weight, k) => {
      addPair(sums, weight, padded, edge - k * channels, edge + k * channels);
    });
    for (let i = 0; i < line; i++) sums[i] = ((sums[i] as number) + 32) >> 6;
  }
  const sums = new Int32Array(line);
  for (let row = 0; row < height; row++) {
    sums.fill(128 * TOTAL);
    weights.forEach((weight, k) => {
      addPair(sums, weight, across, mirrored(row - k, height) * line, mirrored(row + k, height) * line);
    });
    for (let i = 0; i < line; i++) levels[row * line + i] = (sums[i] as number) >> 22;
  }
}

/** Adds to each sum the weight's share of two values, from `one` and from `other` on. */
function addPair(sums: Int32Array, weight: number, values: Int32Array, one: number, other: number): void {
  for (let i = 0; i < sums.length; i++) {
    sums[i] = (sums[i] as number) + weight * ((values[one + i] as number) + (values[other + i] as number));
  }
}

/** Whole weights, from half of the middle one outwards: twice their sum is `TOTAL`. */
function gaussian(sigma: number): Int32Array {
  const shares = Array.from({ length: Math.ceil(3 * sigma) + 1 }, (_, k) =>
    exponential(-(k ** 2) / (2 * sigma * sigma)),
  );
  const sum = 2 * shares.reduce((a, b) => a + b) - 1;
  const weights = Int32Array.from(shares, (share) => Math.round((share / sum) * TOTAL));
  weights[0] = 0;
  weights[0] = TOTAL / 2 - weights.reduce((a, b) => a + b);
  return weights;
}
