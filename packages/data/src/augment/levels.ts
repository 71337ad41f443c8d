// Changes of levels, in place, byte for byte those of Pillow. Those of colours do nothing to an image of one channel.
import type { Image } from './image.js';

const table = new Uint8Array(256);
const products = new Float32Array(511);

/** Pillow's luma (ITU-R 601-2) of the pixel at `at`. */
const luma = (levels: Uint8Array, at: number) =>
  (19595 * (levels[at] as number) +
    38470 * (levels[at + 1] as number) +
    7471 * (levels[at + 2] as number) +
    0x8000) >>
  16;

/** Away from black, by a factor. */
export function brightness(image: Image, factor: number): void {
  fromLevel(image, 0, factor);
}

/** Away from the mean gray, by a factor. */
export function contrast(image: Image, factor: number): void {
  fromLevel(image, meanLuma(image), factor);
}

/** Away from each pixel's own gray, by a factor. */
export function saturation({ levels, channels }: Image, factor: number): void {
  if (channels !== 3) return;
  blendBy(factor);
  for (let at = 0; at < levels.length; at += 3) {
    const gray = luma(levels, at);
    for (let c = at; c < at + 3; c++) levels[c] = blended(gray, levels[c] as number);
  }
}

/** Each pixel's own gray. */
export function gray({ levels, channels }: Image): void {
  if (channels !== 3) return;
  for (let at = 0; at < levels.length; at += 3) {
    const level = luma(levels, at);
    for (let c = at; c < at + 3; c++) levels[c] = level;
  }
}

/** Keeps the upper bits. */
export function posterize({ levels }: Image, bits: number): void {
  const mask = 256 - 2 ** (8 - bits);
  for (let i = 0; i < levels.length; i++) levels[i] = (levels[i] as number) & mask;
}

/** Inverts the levels from a threshold on. */
export function solarize({ levels }: Image, threshold: number): void {
  for (let i = 0; i < levels.length; i++) {
    const level = levels[i] as number;
    if (level >= threshold) levels[i] = 255 - level;
  }
}

/** Stretches each channel to all levels. */
export function autoContrast(image: Image): void {
  for (let channel = 0; channel < image.channels; channel++) {
    const counts = histogram(image, channel);
    const low = counts.findIndex((count) => count > 0);
    const high = counts.findLastIndex((count) => count > 0);
    if (high <= low) continue;
    const scale = 255 / (high - low);
    for (let level = low; level <= high; level++) table[level] = clipped(level * scale - low * scale);
    lookUp(image, channel);
  }
}

/** Spreads the levels of each channel, so that their histogram is flat. */
export function equalize(image: Image): void {
  const pixels = image.height * image.width;
  for (let channel = 0; channel < image.channels; channel++) {
    const counts = histogram(image, channel);
    const last = counts.findLast((count) => count > 0) as number;
    const step = Math.floor((pixels - last) / 255);
    if (step === 0) continue;
    let before = Math.floor(step / 2);
    for (let level = 0; level < 256; level++) {
      table[level] = Math.min(255, Math.floor(before / step));
      before += counts[level] as number;
    }
    lookUp(image, channel);
  }
}

/** Prepares `blended` for a factor. */
export function blendBy(factor: number): void {
  const rounded = Math.fround(factor);
  for (let difference = -255; difference <= 255; difference++) {
    products[difference + 255] = rounded * difference;
  }
}

/** `from` and the factor's share of the way to `to`, and beyond it: in float32, cut off, as Pillow's `Image.blend` does. */
export function blended(from: number, to: number): number {
  return clipped(Math.fround(from + (products[to - from + 255] as number)));
}

const clipped = (value: number) => (value <= 0 ? 0 : value >= 255 ? 255 : Math.floor(value));

function fromLevel({ levels }: Image, from: number, factor: number): void {
  blendBy(factor);
  for (let level = 0; level < 256; level++) table[level] = blended(from, level);
  for (let i = 0; i < levels.length; i++) levels[i] = table[levels[i] as number] as number;
}

function meanLuma({ levels, channels }: Image): number {
  let sum = 0;
  for (let at = 0; at < levels.length; at += channels) {
    sum += channels === 3 ? luma(levels, at) : (levels[at] as number);
  }
  return Math.floor(sum / (levels.length / channels) + 0.5);
}

function histogram({ levels, channels }: Image, channel: number): Uint32Array {
  const counts = new Uint32Array(256);
  for (let at = channel; at < levels.length; at += channels) {
    const level = levels[at] as number;
    counts[level] = (counts[level] as number) + 1;
  }
  return counts;
}

function lookUp({ levels, channels }: Image, channel: number): void {
  for (let at = channel; at < levels.length; at += channels) {
    levels[at] = table[levels[at] as number] as number;
  }
}
