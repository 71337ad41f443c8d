import { RandomGenerator } from '@resnetjs/core/network';
import { mixing } from '@resnetjs/recipe';
import { describe, expect, it } from 'vitest';
import { mixBatch } from './mix-batch.js';

/** Each image is uniform, of a level of its own. */
const batch = (levels: readonly number[], [height, width]: [number, number] = [6, 4]) => ({
  images: Uint8Array.from(
    { length: levels.length * height * width * 3 },
    (_, i) => levels[Math.floor(i / (height * width * 3))] as number,
  ),
  labels: Uint16Array.from(levels, (_, i) => i),
  shape: [height, width, 3] as const,
});

const levels = [10, 250, 100];
const size = 6 * 4 * 3;

describe('mixup', () => {
  it('averages images by the shares of their labels', () => {
    const shares = new Set<number>();
    for (let seed = 0; seed < 20; seed++) {
      const mixed = mixBatch(batch(levels), mixing({ mixup: 0.4 }), RandomGenerator.stateless(seed));
      expect([...mixed.partners]).toEqual([2, 0, 1]);
      const share = mixed.shares[0] as number;
      shares.add(share);
      expect([...mixed.shares]).toEqual([share, share, share]);
      levels.forEach((level, i) => {
        const partner = levels[mixed.partners[i] as number] as number;
        const own = mixed.images.subarray(i * size, (i + 1) * size);
        expect(new Set(own)).toEqual(new Set([Math.round(share * level + (1 - share) * partner)]));
      });
    }
    expect(shares.size).toBe(20);
  });

  it.each([0.05, 0.2, 1, 4])('takes its share of Beta(%d, %d)', (alpha) => {
    const random = RandomGenerator.stateless(1);
    const one = batch([1], [1, 1]);
    const samples = Array.from(
      { length: 4000 },
      () => mixBatch(one, mixing({ mixup: alpha }), random).shares[0] as number,
    );
    const mean = samples.reduce((a, b) => a + b) / samples.length;
    const variance = samples.reduce((a, b) => a + (b - 0.5) ** 2, 0) / samples.length;
    const expected = 1 / (4 * (2 * alpha + 1));
    expect(Math.abs(mean - 0.5)).toBeLessThan(4 * Math.sqrt(expected / samples.length));
    expect(Math.abs(variance - expected)).toBeLessThan(0.07 * expected);
    expect(samples.every((share) => share >= 0 && share <= 1)).toBe(true);
  });
});

describe('cutmix', () => {
  it('pastes a box, and counts what it covers', () => {
    const areas = new Set<number>();
    for (let seed = 0; seed < 50; seed++) {
      const mixed = mixBatch(batch(levels), mixing({ cutmix: 1 }), RandomGenerator.stateless(seed));
      levels.forEach((level, i) => {
        const own = mixed.images.subarray(i * size, (i + 1) * size);
        const partner = levels[mixed.partners[i] as number] as number;
        const pasted = own.filter((value) => value === partner).length / size;
        expect(own.every((value) => value === partner || value === level)).toBe(true);
        expect(mixed.shares[i]).toBe(Math.fround(1 - pasted));
      });
      areas.add(mixed.shares[0] as number);
    }
    expect(areas.size).toBeGreaterThan(5);
  });
});

it('mixes a share of the batches, and chooses between both', () => {
  const random = RandomGenerator.stateless(3);
  const kinds = { none: 0, mixup: 0, cutmix: 0 };
  for (let i = 0; i < 1000; i++) {
    const { images, shares, partners } = mixBatch(
      batch([0, 255], [8, 8]),
      mixing({ mixup: 1, cutmix: 1, probability: 0.6 }),
      random,
    );
    const pure = images.every((level) => level === 0 || level === 255);
    if (partners[0] === 0) kinds.none++;
    else if (pure) kinds.cutmix++;
    else kinds.mixup++;
    if (partners[0] === 0) expect([...shares]).toEqual([1, 1]);
  }
  for (const [kind, expected] of [
    ['none', 400],
    ['mixup', 300],
    ['cutmix', 300],
  ] as const) {
    expect(Math.abs(kinds[kind] - expected)).toBeLessThan(4 * Math.sqrt(250));
  }
});

it('leaves its input as it is, and a single image', () => {
  for (const kind of ['mixup', 'cutmix'] as const) {
    const one = batch([77]);
    const before = one.images.slice();
    const { images } = mixBatch(one, mixing({ [kind]: 1 }), RandomGenerator.stateless(2));
    expect(images).toEqual(before);
    expect(one.images).toEqual(before);
    expect(images).not.toBe(one.images);
  }
});
