import { expect, it } from 'vitest';
import { cached } from './cached.js';
import type { Dataset } from './dataset.js';

/** Images of 1×2 pixels that hold their index; every reading writes into the same memory. */
function overwritten(): Dataset {
  const buffer = new Uint8Array(600);
  return {
    classes: ['a', 'b'],
    shape: [1, 2, 3],
    labels: Uint16Array.from({ length: 40 }, (_, i) => i % 2),
    read: async (indices) => {
      Array.from(indices).forEach((index, at) => {
        buffer.fill(index, 6 * at, 6 * at + 6);
      });
      return buffer.subarray(0, 6 * indices.length);
    },
  };
}

const first = (images: Uint8Array) => Array.from({ length: images.length / 6 }, (_, i) => images[6 * i]);

it.each([0, 1, 2, 3, 100])(
  'gives what was asked for, repeated or not, with room for %d images',
  async (room) => {
    const images = cached(overwritten(), 6 * room + 5);
    for (const indices of [[2, 2, 5], [5, 2, 7, 7, 8, 2, 8], [9], [], [8, 5, 9, 2, 7, 5], [11, 2, 11, 12, 2]])
      expect(first(await images.read(indices))).toEqual(indices);
  },
);

it('keeps a copy of its own', async () => {
  const images = cached(overwritten());
  await images.read([1, 2, 3]);
  await images.read([30, 31, 32]);
  expect(first(await images.read([3, 31, 1]))).toEqual([3, 31, 1]);
});
