import type { Classifier } from '@resnetjs/core';
import { syntheticSigns } from '@resnetjs/data';
import { decodePicture } from '@resnetjs/data/browser';
import { PageError } from './problem.js';
import type { PictureOrder } from './protocol.js';

const unseenSigns = 600;

/** A picture at a network's size: [height, width, 3]. Throws `bad-file` where it can't be decoded. */
export async function pixelsOf(
  picture: PictureOrder,
  { network, preprocessing }: Pick<Classifier, 'network' | 'preprocessing'>,
): Promise<Uint8Array<ArrayBuffer>> {
  const [height, width] = network.input;
  if (picture.kind === 'file') {
    return Uint8Array.from(await decodePicture(picture.file, network.input, preprocessing));
  }
  if (height !== width || height < 16 || height > 256) {
    throw new PageError('no-signs', `Signs are drawn square, from 16 to 256 pixels, not ${width}×${height}.`);
  }
  const signs = syntheticSigns({ size: height, count: unseenSigns, split: 'test' });
  return Uint8Array.from(await signs.read([picture.index]));
}
