import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { imageHeader } from './image-header.js';

const plain = (width: number, height: number, channels: 3 | 4 = 3) =>
  sharp({ create: { width, height, channels, background: { r: 9, g: 99, b: 199, alpha: 0.5 } } });

describe('imageHeader', () => {
  it('gives the format of a file, and its size', async () => {
    const size = { width: 123, height: 45 };
    const [width, height] = [size.width, size.height];
    for (const [kind, bytes] of [
      ['jpeg', await plain(width, height).jpeg().toBuffer()],
      ['jpeg', await plain(width, height).withIccProfile('p3').jpeg({ progressive: true }).toBuffer()],
      ['png', await plain(width, height, 4).png().toBuffer()],
      ['webp', await plain(width, height).webp().toBuffer()],
      ['webp', await plain(width, height, 4).webp({ lossless: true }).toBuffer()],
      ['webp', await plain(width, height, 4).withIccProfile('p3').webp().toBuffer()],
    ] as const) {
      expect(imageHeader(bytes)).toEqual({ kind, size });
      for (let end = 0; end < 60; end++) {
        const cut = imageHeader(bytes.subarray(0, end));
        expect(cut === null || cut.size === null || cut.size.width === width).toBe(true);
      }
    }
    expect(imageHeader(new TextEncoder().encode('<svg/>'))).toBe(null);
  });

  it('never throws, whatever the bytes', () => {
    const starts = ['\xff\xd8\xff', '\x89PNG\r\n\x1a\n', 'RIFF1234WEBPVP8 ', 'RIFF1234WEBPVP8X'];
    fc.assert(
      fc.property(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 80 }), (start, rest) => {
        const found = imageHeader(Uint8Array.of(...Buffer.from(start, 'latin1'), ...rest));
        expect(found).not.toBe(null);
      }),
      { seed: 20151210 },
    );
  });
});
