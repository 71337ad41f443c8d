import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitImage } from './fit-image.js';
import { interpolations } from './fitting.js';
import type { Pixels } from './pixels.js';
import { resize } from './resize.js';

interface Golden {
  readonly from: readonly [width: number, height: number];
  readonly to: readonly [width: number, height: number];
  readonly channels: number;
  readonly nearest: string;
  readonly bilinear: string;
  readonly bicubic: string;
}

const goldens: Golden[] = JSON.parse(
  readFileSync(new URL('./resize-goldens.json', import.meta.url), 'utf8'),
).cases;

/** The image that tooling/goldens/resize.py resizes. */
function testImage(width: number, height: number, channels = 3): Pixels {
  const data = new Uint8Array(height * width * channels);
  let at = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < channels; c++) {
        const check = ((x >> 3) ^ (y >> 3)) & 1;
        data[at++] = x * (5 + 2 * c) + y * (11 - 3 * c) + ((x * y) >> 3) * (c + 1) + check * 97;
      }
  return { height, width, channels, data };
}

const sides = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }));
const filter = fc.constantFrom(...interpolations);

describe('resize', () => {
  it.each(interpolations)("equals Pillow's, byte for byte: %s", (filter) => {
    for (const { from, to, channels, ...expected } of goldens) {
      const resized = resize(testImage(...from, channels), {
        width: to[0],
        height: to[1],
        interpolation: filter,
      });
      const hash = createHash('sha256').update(resized.data).digest('hex').slice(0, 16);
      expect(`${from} ${to} ${hash}`).toBe(`${from} ${to} ${expected[filter]}`);
    }
  });

  it('leaves a uniform image uniform, and an image alone when its size is kept', () => {
    fc.assert(
      fc.property(sides, sides, filter, fc.integer({ min: 0, max: 255 }), (from, to, filter, level) => {
        const [height, width] = from;
        const flat = { height, width, channels: 1, data: new Uint8Array(height * width).fill(level) };
        const resized = resize(flat, { height: to[0], width: to[1], interpolation: filter });
        expect(resized.data.length).toBe(to[0] * to[1]);
        expect(resized.data.every((value) => value === level)).toBe(true);
        const original = testImage(...from);
        expect(
          resize(original, { height: original.height, width: original.width, interpolation: filter }).data,
        ).toEqual(original.data);
      }),
      { seed: 20151210 },
    );
  });

  it('computes a crop as one cut from the whole result', () => {
    const share = fc.double({ min: 0, max: 0.99, noNaN: true });
    const corner = fc.tuple(share, share);
    fc.assert(
      fc.property(sides, sides, filter, corner, corner, (from, [height, width], filter, a, b) => {
        const [top, left] = [Math.floor(a[0] * height), Math.floor(b[0] * width)];
        const crop = {
          top,
          left,
          height: 1 + Math.floor(a[1] * (height - top - 1)),
          width: 1 + Math.floor(b[1] * (width - left - 1)),
        };
        const image = testImage(...from);
        const whole = resize(image, { height, width, interpolation: filter });
        const part = resize(image, { height, width, interpolation: filter, crop });
        const expected: number[] = [];
        for (let y = 0; y < crop.height; y++) {
          const start = ((top + y) * width + left) * 3;
          expected.push(...whole.data.subarray(start, start + crop.width * 3));
        }
        expect([...part.data]).toEqual(expected);
      }),
      { numRuns: 200, seed: 20151210 },
    );
  });

  it('refuses impossible sizes', () => {
    const image = testImage(4, 4);
    for (const side of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => resize(image, { height: side, width: 4 })).toThrow('sides must be whole numbers');
    expect(() => resize({ ...image, width: 5 }, { height: 2, width: 2 })).toThrow('(48 bytes)');
    const crop = { top: 0, left: 1, height: 2, width: 2 };
    expect(() => resize(image, { height: 2, width: 2, crop })).toThrow('a crop must be inside');
  });
});

describe('fitImage', () => {
  it('stretches, or resizes the shorter side and takes the centre', () => {
    const image = testImage(60, 40);
    const filled = fitImage(image, [20, 20, 3], { interpolation: 'bicubic', fit: 'fill' });
    expect(filled).toEqual(resize(image, { height: 20, width: 20, interpolation: 'bicubic' }).data);
    const crop = { top: 0, left: 5, height: 20, width: 20 };
    const cropped = fitImage(image, [20, 20, 3], { interpolation: 'bicubic', fit: 'crop' });
    expect(cropped).toEqual(resize(image, { height: 20, width: 30, interpolation: 'bicubic', crop }).data);
    const upright = fitImage(testImage(40, 61), [20, 20, 3], { interpolation: 'bilinear', fit: 'crop' });
    expect(upright).toEqual(
      resize(testImage(40, 61), { height: 30, width: 20, crop: { ...crop, top: 5, left: 0 } }).data,
    );
  });

  it('covers every shape, however long and thin', () => {
    fc.assert(
      fc.property(sides, sides, filter, (from, to, interpolation) => {
        const fitted = fitImage(testImage(...from), [...to, 3], { interpolation, fit: 'crop' });
        expect(fitted.length).toBe(to[0] * to[1] * 3);
      }),
      { seed: 20151210 },
    );
    const thread = testImage(20_000, 1);
    expect(fitImage(thread, [224, 224, 3], { interpolation: 'nearest', fit: 'crop' }).length).toBe(
      224 * 224 * 3,
    );
    expect(fitImage(thread, [224, 224, 3], { interpolation: 'bicubic', fit: 'crop' }).length).toBe(
      224 * 224 * 3,
    );
  });
});
