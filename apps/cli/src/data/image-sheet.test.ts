import sharp from 'sharp';
import { expect, it } from 'vitest';
import { imageSheet } from './image-sheet.js';

it('puts columns of images beside each other, the first one apart', async () => {
  const one = Uint8Array.of(10, 20, 30, 40, 50, 60, 70, 80, 90, 15, 25, 35); // two images of 2×1
  const other = one.map((level) => level + 100);
  const png = await imageSheet([one, other], [2, 1, 3]);
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  const scale = 64; // 128 / 2
  expect(info).toMatchObject({ width: 16 + 2 * (scale + 4), height: 4 + 2 * (2 * scale + 4), channels: 3 });
  const at = (x: number, y: number) => [...data.subarray((y * info.width + x) * 3).subarray(0, 3)];
  const [left, right] = [4, 16 + scale + 4];
  expect(at(left, 4)).toEqual([10, 20, 30]);
  expect(at(left + scale - 1, 4 + 2 * scale - 1)).toEqual([40, 50, 60]);
  expect(at(left, 4 + 2 * scale + 4)).toEqual([70, 80, 90]);
  expect(at(right, 4)).toEqual([110, 120, 130]);
  expect(at(left + scale, 4)).toEqual([255, 255, 255]);
  expect(at(right - 1, 4)).toEqual([255, 255, 255]);
});

it('shows images of one channel in gray', async () => {
  const png = await imageSheet([Uint8Array.of(70)], [1, 1, 1]);
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  expect([...data.subarray((4 * info.width + 4) * 3).subarray(0, 3)]).toEqual([70, 70, 70]);
});
