import { expect, it } from 'vitest';
import { animatedPng, encodePng, everyPng, pixelsOf } from '../pixels/image-files.test-support.js';
import { decodeImage } from './decode-image.js';

it.each(everyPng())('%s: has the pixels that the standard says', async (_, content) => {
  const { width, height, data } = await decodeImage(await encodePng(content));
  expect([width, height]).toEqual([content.width, content.height]);
  expect([...data]).toEqual(pixelsOf(content));
});

it('drawings of gray with alpha are on white: levels written down by hand', async () => {
  const samples = [0, 255, 0, 0, 100, 255, 100, 128, 255, 7];
  const png = await encodePng({ width: 5, height: 1, depth: 8, colorType: 4, samples });
  const { data } = await decodeImage(png);
  expect([...data].filter((_, i) => i % 3 === 0)).toEqual([0, 255, 100, 177, 255]);
});

it('of an animated PNG, the image that all decoders show is read, not the first frame', async () => {
  const image = { width: 2, height: 1, depth: 8, colorType: 0, samples: [10, 20] } as const;
  const { data } = await decodeImage(await animatedPng(image, [200, 210]));
  expect([...data]).toEqual([10, 10, 10, 20, 20, 20]);
});
