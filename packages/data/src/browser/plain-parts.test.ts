import sharp from 'sharp';
import { expect, it } from 'vitest';
import { animatedPng, encodePng } from '../pixels/image-files.test-support.js';
import { plainParts } from './plain-parts.js';

const levels = Uint8Array.from({ length: 18 }, (_, i) => 14 * i);
const image = () => sharp(levels, { raw: { width: 3, height: 2, channels: 3 } });

it.each(['jpeg', 'png', 'webp'] as const)(
  'the orientation of a %s file is gone, and its pixels stay',
  async (kind) => {
    const turned = image().withExif({}).withMetadata({ orientation: 6 });
    const bytes = Uint8Array.from(await turned.toFormat(kind).toBuffer());
    const plain = Buffer.concat(plainParts(bytes, kind));
    expect((await sharp(bytes).metadata()).orientation).toBe(6);
    expect((await sharp(plain).metadata()).orientation).toBe(undefined);
    expect(await sharp(plain).raw().toBuffer()).toEqual(await sharp(bytes).raw().toBuffer());
  },
);

it('an animated PNG is the same PNG without its frames', async () => {
  const still = { width: 2, height: 1, depth: 8, colorType: 0, samples: [10, 20] } as const;
  const plain = Buffer.concat(plainParts(await animatedPng(still, [200, 210]), 'png'));
  expect(plain.equals(await encodePng(still))).toBe(true);
});

it('what has neither is as it was', async () => {
  const bytes = Uint8Array.from(await image().png().toBuffer());
  expect(Buffer.concat(plainParts(bytes, 'png')).equals(bytes)).toBe(true);
});
