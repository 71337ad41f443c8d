import { augmentation } from '@resnetjs/recipe';
import { describe, expect, it } from 'vitest';
import type { Dataset } from '../dataset.js';
import { syntheticSigns } from '../signs/synthetic-signs.js';
import { subset } from '../subset.js';
import { augmentBatch } from './augment-batch.js';
import { augmented } from './augmented.js';

const images = syntheticSigns({ count: 12, size: 24 });
const augment = [augmentation('flip'), augmentation('rotate'), augmentation('color'), augmentation('erase')];

describe('augmented', () => {
  it('changes images by seed, epoch and index alone', async () => {
    const read = (seed: number, epoch: number, indices: number[]) =>
      augmented(images, { augment, seed, epoch }).read(indices);
    const size = 24 * 24 * 3;
    const all = await read(1, 2, [0, 1, 2, 3]);
    expect(await read(1, 2, [0, 1, 2, 3])).toEqual(all);
    expect(await read(1, 2, [3, 1])).toEqual(
      Uint8Array.of(...all.subarray(3 * size), ...all.subarray(size, 2 * size)),
    );
    expect(await read(1, 3, [0, 1, 2, 3])).not.toEqual(all);
    expect(await read(2, 2, [0, 1, 2, 3])).not.toEqual(all);
  });

  it('leaves the rest of a dataset, and the images that it reads, as they are', async () => {
    const kept = new Uint8Array(24 * 24 * 3).fill(100);
    const dataset: Dataset = {
      ...subset(images, [0, 1]),
      read: async () => kept,
      isBroken: (index) => index === 1,
      identify: async () => [{ name: 'a', content: 'b' }],
    };
    const seen = augmented(dataset, { augment, epoch: 0 });
    await seen.read([0]);
    expect(new Set(kept)).toEqual(new Set([100]));
    expect(seen.labels).toBe(dataset.labels);
    expect([seen.isBroken?.(0), seen.isBroken?.(1)]).toEqual([false, true]);
    expect(await seen.identify?.()).toEqual([{ name: 'a', content: 'b' }]);
  });

  it('without augmentations is the dataset itself', () => {
    expect(augmented(images, { augment: [] })).toBe(images);
  });

  it.each([
    [{ seed: -1 }, 'seed must be a whole number of at least 0, not -1'],
    [{ epoch: 1.5 }, 'epoch must be a whole number from 0'],
  ])('refuses %j', (options, message) => {
    expect(() => augmented(images, { augment, ...options })).toThrow(message);
  });
});

describe('geometry', () => {
  it('comes first, and once: a flip after a blur is one before it', () => {
    const job = { shape: images.shape, indices: [0], seed: 3, epoch: 1 };
    const sharp = new Uint8Array(24 * 24 * 3).map((_, i) => (i * 7919) >> 5);
    const flip = augmentation('flip', { probability: 1 });
    const gray = augmentation('gray', { probability: 1 });
    const twice = augmentBatch({ ...job, images: sharp, augment: [flip, gray, flip] });
    expect(twice).toEqual(augmentBatch({ ...job, images: sharp, augment: [gray] }));
  });
});
