import { describe, expect, it } from 'vitest';
import { fitImage } from './fit-image.js';
import type { Pixels } from './pixels.js';
import { resize } from './resize.js';

function testImage(width: number, height: number): Pixels {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * i * 7 + i * 13) % 256);
  return { height, width, channels: 3, data };
}

type Size = readonly [width: number, height: number];

describe('a crop of the centre', () => {
  // By torchvision's Resize, which rounds the longer side down, and CenterCrop, which rounds half pixels to even.
  it.each<[from: Size, to: Size, covering: Size, left: number, top: number]>([
    [[45, 40], [20, 20], [22, 20], 1, 0],
    [[47, 40], [20, 20], [23, 20], 2, 0], // 1.5
    [[51, 40], [20, 20], [25, 20], 2, 0], // 2.5
    [[63, 40], [20, 20], [31, 20], 6, 0], // 5.5
    [[40, 47], [20, 20], [20, 23], 0, 2],
    [[40, 63], [20, 20], [20, 31], 0, 6],
    [[60, 40], [20, 30], [45, 30], 12, 0],
    [[30, 40], [40, 20], [40, 53], 0, 16],
    [[40, 60], [20, 40], [26, 40], 3, 0], // upright, and still wider than what is asked for
    [[60, 40], [40, 20], [40, 26], 0, 3],
    [[40, 20], [20, 10], [20, 10], 0, 0],
  ])('of %j as %j is cut from %j at %d, %d', (from, [width, height], covering, left, top) => {
    const image = testImage(...from);
    const fitted = fitImage(image, [height, width, 3], { interpolation: 'bilinear', fit: 'crop' });
    const crop = { top, left, height, width };
    expect(fitted).toEqual(resize(image, { width: covering[0], height: covering[1], crop }).data);
  });
});

describe('a crop share', () => {
  const image = testImage(45, 40);
  const bilinear = { interpolation: 'bilinear' } as const;

  it('of 1 changes nothing', () => {
    for (const fit of ['fill', 'crop'] as const) {
      const fitted = fitImage(image, [20, 20, 3], { ...bilinear, fit, cropShare: 1 });
      expect(fitted).toEqual(fitImage(image, [20, 20, 3], { ...bilinear, fit }));
    }
  });

  // As timm does: each side ÷ share, rounded down.
  it.each<[fit: 'fill' | 'crop', to: Size, share: number, resized: Size, left: number, top: number]>([
    ['crop', [20, 20], 0.875, [24, 22], 2, 1],
    ['fill', [20, 20], 0.875, [22, 22], 1, 1],
    ['crop', [20, 20], 0.965, [22, 20], 1, 0],
    ['fill', [30, 20], 0.8, [37, 25], 4, 2], // 3.5 and 2.5, to even
    ['crop', [10, 20], 0.5, [45, 40], 18, 10],
    ['crop', [2, 2], 0.1, [22, 20], 10, 9],
  ])("'%s' to %j by %d cuts from %j at %d, %d", (fit, [width, height], cropShare, resized, left, top) => {
    const fitted = fitImage(image, [height, width, 3], { ...bilinear, fit, cropShare });
    const crop = { top, left, height, width };
    expect(fitted).toEqual(resize(image, { width: resized[0], height: resized[1], crop }).data);
  });
});
