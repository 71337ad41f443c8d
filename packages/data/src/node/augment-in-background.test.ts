import { parseAugmentations } from '@resnetjs/recipe';
import { expect, it } from 'vitest';
import { augmentBatch } from '../augment/augment-batch.js';
import { augmented } from '../augment/augmented.js';
import { syntheticSigns } from '../signs/synthetic-signs.js';
import { augmentInBackground } from './augment-in-background.js';

const images = syntheticSigns({ count: 12, size: 24 });
const augment = parseAugmentations('crop,flip,rotate,color,blur,erase,randAugment');

it('augments to the same bits as the main thread', async () => {
  const options = { augment, seed: 4, epoch: 2 };
  const here = augmented(images, options);
  const there = augmented(images, { ...options, run: augmentInBackground });
  const all = await here.read([0, 5, 7, 11]);
  expect(await there.read([0, 5, 7, 11])).toEqual(all);
  expect(await Promise.all([there.read([0, 5]), there.read([7, 11])])).toEqual([
    all.slice(0, all.length / 2),
    all.slice(all.length / 2),
  ]);
});

it('leaves the memory of the images that it is given', async () => {
  const memory = await images.read([0, 1, 2]);
  const size = memory.length / 3;
  const job = {
    images: memory.subarray(size, 2 * size),
    shape: images.shape,
    indices: Uint32Array.of(9),
    augment,
    seed: 1,
    epoch: 1,
  };
  expect(await augmentInBackground(job)).toEqual(augmentBatch(job));
  expect(memory.length).toBe(3 * size);
  expect(memory).toEqual(await images.read([0, 1, 2]));
});

it('throws what augmentation throws', async () => {
  const images = new Uint8Array(3);
  const job = { images, shape: [1, 1, 3] as const, indices: [0], augment, seed: -1, epoch: 1 };
  await expect(augmentInBackground(job)).rejects.toThrow(/The seed is -1/);
});
