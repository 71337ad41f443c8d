import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { ImageKind } from './file-parts.js';
import { exifOrientation, jpegWithExif } from './image-files.test-support.js';
import { orientationOf, turn } from './orientation.js';

/** 3×2 pixels of different colours, with this EXIF orientation. */
const withOrientation = async (kind: ImageKind, orientation: number) => {
  const levels = Uint8Array.from({ length: 18 }, (_, i) => 14 * i);
  const image = sharp(levels, { raw: { width: 3, height: 2, channels: 3 } });
  const turned = image.withExif({}).withMetadata({ orientation });
  return turned.toFormat(kind, kind === 'webp' ? { lossless: true } : {}).toBuffer();
};

const orientations = [1, 2, 3, 4, 5, 6, 7, 8];

describe('the EXIF orientation', () => {
  it.each(orientations)('%i is found, and applied as sharp applies it', async (orientation) => {
    for (const kind of ['jpeg', 'png', 'webp'] as const) {
      const bytes = await withOrientation(kind, orientation);
      expect(orientationOf(bytes, kind)).toBe(orientation);
      const stored = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
      const upright = await sharp(bytes).autoOrient().raw().toBuffer({ resolveWithObject: true });
      const { width, height } = stored.info;
      const turned = turn({ data: new Uint8Array(stored.data), width, height, channels: 3 }, orientation);
      expect([turned.width, turned.height]).toEqual([upright.info.width, upright.info.height]);
      expect([...turned.data]).toEqual([...upright.data]);
    }
  });

  it('may be a LONG, and what is none is 1', () => {
    const jpeg = Uint8Array.of(0xff, 0xd8, 0xff, 0xd9);
    const orientationIn = (exif: readonly number[]) => orientationOf(jpegWithExif(jpeg, exif), 'jpeg');
    for (const orientation of orientations) {
      expect(orientationIn(exifOrientation(orientation, 3))).toBe(orientation);
      expect(orientationIn(exifOrientation(orientation, 4))).toBe(orientation);
    }
    for (const none of [0, 9, 255]) expect(orientationIn(exifOrientation(none, 4))).toBe(1);
    const ofText = exifOrientation(6).with(13, 2);
    expect(orientationIn(ofText)).toBe(1);
    expect(orientationOf(jpeg, 'jpeg')).toBe(1);
  });

  it('is found behind bytes that belong to no segment, which decoders skip', () => {
    const jpeg = jpegWithExif(Uint8Array.of(0xff, 0xd8, 0xff, 0xd9), exifOrientation(6));
    const bytes = Uint8Array.of(...jpeg.subarray(0, 2), 1, 2, 0xff, 0, 3, ...jpeg.subarray(2));
    expect(orientationOf(bytes, 'jpeg')).toBe(6);
  });

  it('is 1 to 8 for every truncation and every flipped byte', async () => {
    for (const kind of ['jpeg', 'png', 'webp'] as const) {
      const bytes = Uint8Array.from(await withOrientation(kind, 6));
      for (let at = 0; at < bytes.length; at++) {
        for (const damaged of [bytes.with(at, (bytes[at] as number) ^ 0xff), bytes.slice(0, at)]) {
          const orientation = orientationOf(damaged, kind);
          expect(orientation >= 1 && orientation <= 8).toBe(true);
        }
      }
    }
  });
});
