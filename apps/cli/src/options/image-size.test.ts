import { expect, it } from 'vitest';
import { imageSize, sidesOf } from './image-size.js';

it.each([
  ['64', 64, [64, 64]],
  ['48x64', '48x64', [48, 64]],
  ['48X64', '48x64', [48, 64]],
  ['48×64', '48x64', [48, 64]],
  ['64x64', 64, [64, 64]],
] as const)('reads %s as checkpoints keep it', (text, kept, sides) => {
  expect(imageSize()(text)).toBe(kept);
  expect(imageSize()(String(kept))).toBe(kept);
  expect(sidesOf(kept)).toEqual(sides);
});

it.each(['', '0', '64x', 'x64', '64x0', '1x2x3', '4097', '64x4097', '6.5', '-3', '1e2', 'large'])(
  'refuses "%s"',
  (text) => {
    expect(() => imageSize()(text)).toThrow('or height and width, such as 48x64.');
  },
);
