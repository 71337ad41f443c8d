import { type Classifier, toGray } from '@resnetjs/core';
import { syntheticSigns } from '@resnetjs/data';
import { loadImage } from '@resnetjs/data/browser';
import { PageError } from './problem.js';
import type { ImageSource } from './protocol.js';

const unseenSigns = 600;

/** An image's pixels as a network's input: [height, width, channels]. Throws `bad-file` if it can't be decoded. */
export async function pixelsOf(
  image: ImageSource,
  { network, preprocessing }: Pick<Classifier, 'network' | 'preprocessing'>,
): Promise<Uint8Array<ArrayBuffer>> {
  const [height, width, channels] = network.input;
  if (image.kind === 'file') {
    return Uint8Array.from(await loadImage(image.file, network.input, preprocessing));
  }
  if (height !== width || height < 16 || height > 256) {
    throw new PageError('no-signs', `Hand signs are square, from 16 to 256 pixels, not ${width}×${height}.`);
  }
  const sign = await signPixels(height, image.index);
  return channels === 1 ? toGray(sign) : sign;
}

/** A generated hand sign that no network trains on: [size, size, 3]. */
export async function signPixels(size: number, index: number): Promise<Uint8Array<ArrayBuffer>> {
  const signs = syntheticSigns({ size, count: unseenSigns, split: 'test' });
  return Uint8Array.from(await signs.read([index]));
}
