import { augmentBatch } from '@resnetjs/data';
import { loadImage } from '@resnetjs/data/browser';
import { signPixels } from './image.js';
import type { Requests } from './protocol.js';

/** An image as a training will see it in its first epochs: [epochs, size, size, 3]. Throws `bad-file` if it can't be decoded. */
export async function variedImage({
  image,
  size,
  augment,
  seed,
  epochs,
}: Requests['variedImage']['params']): Promise<Uint8Array<ArrayBuffer>> {
  const shape = [size, size, 3] as const;
  const images =
    image.kind === 'file' ? await loadImage(image.file, shape) : await signPixels(size, image.index);
  const all = new Uint8Array(epochs * images.length);
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const varied = augmentBatch({ images, shape, indices: [0], augment, seed, epoch });
    all.set(varied, (epoch - 1) * images.length);
  }
  return all;
}
