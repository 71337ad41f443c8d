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

/** The sum of a Gaussian's weights. */
const TOTAL = 2 ** 14;

/** A Gaussian of a standard deviation of `sigma` pixels, cut off at three of these; beyond the edges the image is mirrored. */
export function blur({ levels, height, width, channels }: Image, sigma: number): void {
  const weights = gaussian(sigma);
  const radius = (weights.length - 1) / 2;
  const line = width * channels;
  const between = new Uint16Array(levels.length); // levels in 256ths
  const columns = neighbours(width, radius);
  for (let at = 0; at < levels.length; at++) {
    const column = Math.floor((at % line) / channels);
    const origin = at - column * channels;
    let sum = 32;
    for (let k = 0; k < weights.length; k++) {
      const from = origin + (columns[column + k] as number) * channels;
      sum += (weights[k] as number) * (levels[from] as number);
    }
    between[at] = sum >>> 6;
  }
  const rows = neighbours(height, radius);
  for (let at = 0; at < levels.length; at++) {
    const row = Math.floor(at / line);
    const origin = at - row * line;
    let sum = 2 ** 21;
    for (let k = 0; k < weights.length; k++) {
      sum += (weights[k] as number) * (between[origin + (rows[row + k] as number) * line] as number);
    }
    levels[at] = sum >>> 22;
  }
}

/** The pixels from −radius to size + radius, mirrored. */
const neighbours = (size: number, radius: number) =>
  Int32Array.from({ length: size + 2 * radius }, (_, i) => mirrored(i - radius, size));

/** Whole weights, whose sum is `TOTAL`. */
function gaussian(sigma: number): Int32Array {
  const radius = Math.ceil(3 * sigma);
  const shares = Array.from({ length: 2 * radius + 1 }, (_, i) =>
    exponential(-((i - radius) ** 2) / (2 * sigma * sigma)),
  );
  const sum = shares.reduce((a, b) => a + b);
  const weights = Int32Array.from(shares, (share) => Math.round((share / sum) * TOTAL));
  weights[radius] = (weights[radius] as number) + TOTAL - weights.reduce((a, b) => a + b);
  return weights;
}
