import type { Classifier } from '@resnetjs/core';
import { syntheticSigns } from '@resnetjs/data';
import { loadImage } from '@resnetjs/data/browser';
import { PageError } from './problem.js';
import type { ImageSource } from './protocol.js';

const unseenSigns = 600;

/** An image's pixels at a network's input size: [height, width, 3]. Throws `bad-file` if it can't be decoded. */
export async function pixelsOf(
  image: ImageSource,
  { network, preprocessing }: Pick<Classifier, 'network' | 'preprocessing'>,
): Promise<Uint8Array<ArrayBuffer>> {
  const [height, width] = network.input;
  if (image.kind === 'file') {
    return Uint8Array.from(await loadImage(image.file, network.input, preprocessing));
  }
  if (height !== width || height < 16 || height > 256) {
    throw new PageError('no-signs', `Hand signs are square, from 16 to 256 pixels, not ${width}×${height}.`);
  }
  return signPixels(height, image.index);
}

/** A generated hand sign that no network trains on: [size, size, 3]. */
export async function signPixels(size: number, index: number): Promise<Uint8Array<ArrayBuffer>> {
  const signs = syntheticSigns({ size, count: unseenSigns, split: 'test' });
  return Uint8Array.from(await signs.read([index]));
}
