import { describe, expect, it } from 'vitest';
import { type Affine, composed, rotation, scaling, shearing, translation } from './affine.js';
import { type Image, mirrored } from './image.js';
import { sample } from './sample.js';

function image(height: number, width: number, channels = 3): Image {
  const levels = Uint8Array.from({ length: height * width * channels }, (_, i) => (i * 7919) >> 3);
  return { levels, height, width, channels };
}

function sampled(from: Image, map: Affine): Uint8Array {
  const result = { ...from, levels: new Uint8Array(from.levels.length) };
  sample(from, map, result);
  return result.levels;
}

/** The same, for each pixel by itself, in float64. */
function reference({ levels, height, width, channels }: Image, map: Affine): number[] {
  const level = (x: number, y: number, c: number) =>
    levels[(mirrored(y, height) * width + mirrored(x, width)) * channels + c] as number;
  return Array.from({ length: levels.length }, (_, i) => {
    const [row, column, c] = [
      Math.floor(i / channels / width),
      Math.floor(i / channels) % width,
      i % channels,
    ];
    const [across, down] = [column - (width - 1) / 2, row - (height - 1) / 2];
    const x = map.xx * across + map.xy * down + map.x0 + (width - 1) / 2;
    const y = map.yx * across + map.yy * down + map.y0 + (height - 1) / 2;
    const [left, top] = [Math.floor(x), Math.floor(y)];
    const [toRight, toBottom] = [x - left, y - top];
    return (
      (1 - toRight) * (1 - toBottom) * level(left, top, c) +
      toRight * (1 - toBottom) * level(left + 1, top, c) +
      (1 - toRight) * toBottom * level(left, top + 1, c) +
      toRight * toBottom * level(left + 1, top + 1, c)
    );
  });
}

const pixel = ({ levels, width, channels }: Image, row: number, column: number) => [
  ...levels.subarray((row * width + column) * channels, (row * width + column + 1) * channels),
];

describe('mirrored', () => {
  it('turns at the pixels of the edges, as often as needed', () => {
    expect([-5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5].map((i) => mirrored(i, 3))).toEqual([
      1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1,
    ]);
    expect([-3, 0, 8].map((i) => mirrored(i, 1))).toEqual([0, 0, 0]);
  });
});

describe('sample', () => {
  it('moves by whole pixels, from the right and from below', () => {
    const from = image(5, 7);
    const moved = { ...from, levels: sampled(from, translation(2, 1)) };
    expect(pixel(moved, 0, 0)).toEqual(pixel(from, 1, 2));
    expect(pixel(moved, 3, 4)).toEqual(pixel(from, 4, 6));
    expect(pixel(moved, 4, 6)).toEqual(pixel(from, 3, 4)); // mirrored
  });

  it.each([
    [5, 7],
    [4, 4],
    [1, 3],
  ])('mirrors %i×%i, to the byte', (height, width) => {
    const from = image(height, width);
    const flipped = { ...from, levels: sampled(from, scaling(-1, 1)) };
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++)
        expect(pixel(flipped, row, column)).toEqual(pixel(from, row, width - 1 - column));
  });

  it('turns a square by a quarter, counter-clockwise, to the byte', () => {
    for (const side of [4, 5]) {
      const from = image(side, side);
      const turned = { ...from, levels: sampled(from, rotation(90)) };
      for (let row = 0; row < side; row++)
        for (let column = 0; column < side; column++)
          expect(pixel(turned, row, column)).toEqual(pixel(from, column, side - 1 - row));
    }
  });

  it.each([
    ['along axes', composed([translation(1.3, -0.4), scaling(0.6, 1.7)])],
    ['turned', composed([rotation(33), translation(3, 2)])],
    ['slanted', composed([shearing(0.4, 0), shearing(0, -0.7)])],
    ['far away', composed([rotation(-100), translation(1000.25, -777.5), scaling(5, 5)])],
  ])('is bilinear, within a level: %s', (_, map) => {
    for (const channels of [1, 3]) {
      const from = image(11, 14, channels);
      const expected = reference(from, map);
      sampled(from, map).forEach((level, i) => {
        expect(Math.abs(level - (expected[i] as number))).toBeLessThan(0.7);
      });
    }
  });

  it('keeps a uniform image uniform', () => {
    for (const level of [0, 1, 254, 255]) {
      const from = image(9, 6);
      from.levels.fill(level);
      expect(new Set(sampled(from, composed([rotation(7), scaling(0.7, 0.9)])))).toEqual(new Set([level]));
    }
  });
});

describe('composed', () => {
  it('makes the first change first', () => {
    const from = image(8, 8);
    const first = { ...from, levels: sampled(from, translation(2, 0)) };
    const both = sampled(first, rotation(90));
    expect(sampled(from, composed([translation(2, 0), rotation(90)]))).toEqual(both);
    expect(sampled(from, composed([rotation(90), translation(2, 0)]))).not.toEqual(both);
  });
});
