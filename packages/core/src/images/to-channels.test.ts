import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { fitImage } from './fit-image.js';
import { toChannels, toGray } from './to-channels.js';

it("turns each of the 2²⁴ colours into Pillow's gray", () => {
  const rgb = new Uint8Array(3 * 2 ** 24);
  for (let colour = 0, at = 0; colour < 2 ** 24; colour++) {
    rgb[at++] = colour >> 16;
    rgb[at++] = colour >> 8;
    rgb[at++] = colour;
  }
  // Pillow 12.3: hashlib.sha256(numpy.asarray(Image.fromarray(rgb.reshape(4096, 4096, 3)).convert('L')).tobytes())
  expect(createHash('sha256').update(toGray(rgb)).digest('hex')).toBe(
    '40a12c2550a7822eba958211e157974abdd4c9a442cc1047c9a48d3a968b6fcc',
  );
});

it('turns gray into three equal channels, which are the same gray again', () => {
  const gray = { height: 1, width: 3, channels: 1, data: Uint8Array.of(0, 7, 255) };
  const rgb = toChannels(gray, 3);
  expect(rgb).toEqual({ ...gray, channels: 3, data: Uint8Array.of(0, 0, 0, 7, 7, 7, 255, 255, 255) });
  expect(toChannels(rgb, 1)).toEqual(gray);
  expect(toChannels(rgb, 3)).toBe(rgb);
});

it('comes before resizing', () => {
  const rgb = { height: 2, width: 2, channels: 3, data: Uint8Array.from({ length: 12 }, (_, i) => 20 * i) };
  expect(fitImage(rgb, [3, 5, 1])).toEqual(fitImage(toChannels(rgb, 1), [3, 5, 1]));
  expect(fitImage(rgb, [3, 5, 1])).toHaveLength(15);
});

it('refuses other channels', () => {
  const image = { height: 1, width: 1, channels: 4, data: new Uint8Array(4) };
  expect(() => toChannels(image, 3)).toThrow("An image with 4 channels can't become one with 3");
});
