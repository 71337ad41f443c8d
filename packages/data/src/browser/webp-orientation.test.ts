import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { turn, withoutOrientation } from './webp-orientation.js';

/** 3×2 pixels of different colours, with this EXIF orientation. */
const withOrientation = async (orientation: number) => {
  const levels = Uint8Array.from({ length: 18 }, (_, i) => 14 * i);
  const image = sharp(levels, { raw: { width: 3, height: 2, channels: 3 } });
  const webp = image.withExif({}).withMetadata({ orientation }).webp({ lossless: true });
  return Uint8Array.from(await webp.toBuffer());
};

describe('the EXIF orientation of a WebP file', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'is removed from the file, and applied as sharp applies it: %i',
    async (orientation) => {
      const webp = await withOrientation(orientation);
      const found = withoutOrientation(webp);
      expect(found.orientation).toBe(orientation);
      expect((await sharp(found.bytes).metadata()).orientation).toBe(undefined);
      const stored = await sharp(found.bytes).raw().toBuffer({ resolveWithObject: true });
      const upright = await sharp(webp).autoOrient().raw().toBuffer({ resolveWithObject: true });
      const { width, height } = stored.info;
      const turned = turn({ data: new Uint8Array(stored.data), width, height, channels: 3 }, orientation);
      expect([turned.width, turned.height]).toEqual([upright.info.width, upright.info.height]);
      expect([...turned.data]).toEqual([...upright.data]);
    },
  );

  it('is 1 to 8 for every truncation and every flipped byte', async () => {
    const webp = await withOrientation(6);
    for (let at = 12; at < webp.length; at++) {
      const flipped = webp.slice();
      flipped[at] = (flipped[at] as number) ^ 0xff;
      for (const bytes of [flipped, webp.slice(0, at)]) {
        const { orientation } = withoutOrientation(bytes);
        expect(orientation >= 1 && orientation <= 8).toBe(true);
      }
    }
  });
});
