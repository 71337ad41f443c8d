import { ResNetError } from '../errors.js';
import type { Pixels } from './pixels.js';

/**
 * An image with other channels: RGB as gray by ITU-R 601's luma, byte for byte as Pillow's `convert('L')`, and gray as RGB of
 * three equal channels. Throws `shape-mismatch` for other numbers of channels.
 *
 * @example
 * const gray = toChannels(await decodeImage('photo.jpg'), 1); // data: [height, width, 1]
 */
export function toChannels(image: Pixels, channels: number): Pixels {
  if (image.channels === channels) return image;
  if (isConvertible(image.channels, channels)) {
    if (channels === 1) return { ...image, channels, data: toGray(image.data) };
    const data = new Uint8Array(image.data.length * 3); // [height, width, 3]
    for (let at = 0; at < data.length; at++) data[at] = image.data[Math.floor(at / 3)] as number;
    return { ...image, channels, data };
  }
  throw new ResNetError(
    'shape-mismatch',
    `An image with ${image.channels} channels can't become one with ${channels}: only gray (1) and RGB (3) are converted into each other.`,
    { from: image.channels, to: channels },
  );
}

/** Whether images with so many channels can be made images with so many others. */
export function isConvertible(from: number, to: number): boolean {
  return from === to || (from === 1 && to === 3) || (from === 3 && to === 1);
}

/**
 * Gray levels of RGB pixels: `[pixels, 3]` to `[pixels]`, for images of one size one after the other, too. The factors are
 * .299, .587 and .114 in units of 2⁻¹⁶.
 */
export function toGray(rgb: Uint8Array): Uint8Array<ArrayBuffer> {
  const gray = new Uint8Array(rgb.length / 3);
  for (let pixel = 0, at = 0; pixel < gray.length; pixel++, at += 3) {
    const sum =
      19_595 * (rgb[at] as number) + 38_470 * (rgb[at + 1] as number) + 7_471 * (rgb[at + 2] as number);
    gray[pixel] = (sum + 0x8000) >> 16;
  }
  return gray;
}
