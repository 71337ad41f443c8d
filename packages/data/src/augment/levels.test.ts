import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Image } from './image.js';
import { blur } from './neighbourhood.js';
import { applyLevels, type LevelOperation } from './operation.js';

type Size = [width: number, height: number, channels: number];
type Op = Exclude<LevelOperation['op'], 'blur' | 'erase'>;

interface Goldens {
  readonly sizes: readonly Size[];
  readonly cases: readonly { op: Op; value: number; checksum: string }[];
  readonly blurs: readonly { sigma: number; size: Size; levels: readonly number[] }[];
}

const goldens: Goldens = JSON.parse(readFileSync(new URL('./levels-goldens.json', import.meta.url), 'utf8'));

/** The images that tooling/goldens/augmentation.py changes. */
function generate([width, height, channels]: Size, seed: number): Image {
  const levels = new Uint8Array(height * width * channels);
  let at = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < channels; c++) {
        const place = x * 7919 + y * 104729 + c * 1299709 + seed * 15485863;
        const noise = Math.imul(place, 2654435761) >>> 24;
        levels[at++] = x * (1 + (seed % 3)) + y * (3 - c) + 40 * c + (noise >> (seed % 6));
      }
  return { height, width, channels, levels };
}

function colours(): Image {
  const levels = new Uint8Array(2 ** 15 * 3);
  for (let i = 0; i < 2 ** 15; i++) {
    levels[3 * i] = (i & 31) * 8 + (i >> 12);
    levels[3 * i + 1] = ((i >> 5) & 31) * 8 + (i & 7);
    levels[3 * i + 2] = Math.floor((((i >> 10) & 31) * 255) / 31);
  }
  return { height: 128, width: 256, channels: 3, levels };
}

const operation = (op: Op, value: number) =>
  ({ op, factor: value, turns: value, bits: value, threshold: value }) as unknown as LevelOperation;

const checksum = (images: readonly Image[]) => {
  const hash = createHash('sha256');
  for (const { levels } of images) hash.update(levels);
  return hash.digest('hex').slice(0, 16);
};

describe("levels are torchvision's on Pillow's images, byte for byte", () => {
  it.each(goldens.cases)('$op $value', ({ op, value, checksum: expected }) => {
    const images = [...goldens.sizes.map(generate), colours()];
    for (const image of images) applyLevels(image, operation(op, value));
    expect(checksum(images)).toBe(expected);
  });
});

describe('blur', () => {
  it.each(goldens.blurs)(
    "is torchvision's, but for what falls between two levels: $sigma",
    ({ sigma, size, levels }) => {
      const image = generate(size, 1);
      blur(image, sigma);
      const apart = levels.map((level, i) => Math.abs(level - (image.levels[i] as number)));
      expect(Math.max(...apart)).toBeLessThanOrEqual(1);
      expect(apart.filter((difference) => difference > 0).length).toBeLessThan(apart.length / 50);
    },
  );

  it('of more than the image leaves a uniform one as it is', () => {
    for (const size of [
      [1, 1, 3],
      [2, 3, 1],
      [5, 4, 3],
    ] as Size[]) {
      const image = generate(size, 0);
      image.levels.fill(201);
      blur(image, 10);
      expect(new Set(image.levels)).toEqual(new Set([201]));
    }
  });
});
