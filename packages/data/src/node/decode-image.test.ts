import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { fitImage } from '@resnetjs/core/images';
import { ResNetError } from '@resnetjs/core/network';
import sharp, { type Sharp } from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { exifOrientation, jpegWithExif } from '../pixels/image-files.test-support.js';
import { fromCmyk } from '../pixels/to-rgb.js';
import { againAfterTimeout, loadImage, decodeImage } from './decode-image.js';

const folder = mkdtempSync(join(tmpdir(), 'resnetjs-decode-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Rgb = [red: number, green: number, blue: number];
const RED: Rgb = [200, 30, 40];
const BLUE: Rgb = [20, 40, 210];

const plain = ([r, g, b]: Rgb, width = 12, height = 9) =>
  sharp({ create: { width, height, channels: 3, background: { r, g, b } } });
const raw = (values: Uint8Array | Uint16Array, width: number, channels: 1 | 2 | 3 | 4) =>
  sharp(values, { raw: { width, height: values.length / width / channels, channels } });
/** Left half red, right half blue. */
const halves = () =>
  sharp({ create: { width: 8, height: 4, channels: 3, background: { r: 200, g: 30, b: 40 } } }).composite([
    {
      input: { create: { width: 4, height: 4, channels: 3, background: { r: 20, g: 40, b: 210 } } },
      left: 4,
      top: 0,
    },
  ]);

/** A PNG whose header gives a false size. */
async function lyingPng(width: number, height: number): Promise<Buffer> {
  const png = Buffer.from(await plain(RED).png().toBuffer());
  png.writeUInt32BE(width, 16);
  png.writeUInt32BE(height, 20);
  png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
  return png;
}

describe('decodeImage', () => {
  const levels = async (image: Sharp) => [...(await decodeImage(await image.toBuffer())).data];

  it.each([
    // 0 1
    // 2 3
    // 4 5
    [1, 2, [0, 1, 2, 3, 4, 5]],
    [2, 2, [1, 0, 3, 2, 5, 4]],
    [3, 2, [5, 4, 3, 2, 1, 0]],
    [4, 2, [4, 5, 2, 3, 0, 1]],
    [5, 3, [0, 2, 4, 1, 3, 5]],
    [6, 3, [4, 2, 0, 5, 3, 1]],
    [7, 3, [5, 3, 1, 4, 2, 0]],
    [8, 3, [1, 3, 5, 0, 2, 4]],
  ])('turns an image upright: EXIF orientation %i', async (orientation, width, order) => {
    const gray = Uint8Array.from({ length: 6 }, (_, i) => 40 * i);
    for (const encode of ['png', 'webp'] as const) {
      const options = encode === 'webp' ? { lossless: true } : {};
      const bytes = await raw(gray, 2, 1)
        .toColourspace('srgb')
        .withExif({})
        .withMetadata({ orientation })
        [encode](options)
        .toBuffer();
      const pixels = await decodeImage(bytes);
      expect([pixels.width, pixels.height]).toEqual([width, 6 / width]);
      expect([...pixels.data].filter((_, i) => i % 3 === 0)).toEqual(order.map((i) => 40 * i));
    }
  });

  it('turns a JPEG upright whose orientation is a LONG', async () => {
    const bytes = jpegWithExif(await plain(RED, 12, 9).jpeg().toBuffer(), exifOrientation(6, 4));
    const { width, height } = await decodeImage(bytes);
    expect([width, height]).toEqual([9, 12]);
  });

  it('refuses a PNG of very many chunks, which takes a decoder minutes', async () => {
    const whole = await plain(RED).png().toBuffer();
    const header = whole.subarray(0, 33); // the signature and IHDR
    const empty = Buffer.from([0, 0, 0, 0, ...Buffer.from('teSt'), 0x7e, 0x10, 0x65, 0x9b]);
    const file = Buffer.concat([header, Buffer.alloc(empty.length * 2 ** 18, empty), whole.subarray(33)]);
    await expect(decodeImage(file)).rejects.toThrow('it has more than 262143 chunks');
  });

  it('refuses a JPEG without its end mark, whatever follows, and reads one with a trailer', async () => {
    const whole = await plain(RED).jpeg().toBuffer();
    const trailer = Buffer.from('trailer'.repeat(50));
    expect((await decodeImage(Buffer.concat([whole, trailer]))).width).toBe(12);
    for (const rest of [whole.subarray(0, -2), whole.subarray(0, -9)]) {
      for (const end of [trailer, Buffer.alloc(300), Buffer.alloc(0)]) {
        await expect(decodeImage(Buffer.concat([rest, end]))).rejects.toThrow(
          'is a broken or truncated image (it has no end mark, FF D9). Replace it or remove it.',
        );
      }
    }
    // A thumbnail's end mark is not the image's.
    const thumbnail = jpegWithExif(whole.subarray(0, -2), [...exifOrientation(1), 0xff, 0xd9]);
    await expect(decodeImage(Buffer.concat([thumbnail, trailer]))).rejects.toThrow('no end mark');
  });

  it.each([undefined, null, 7, new ArrayBuffer(9), { data: [] }])(
    'takes paths and bytes: not %j',
    async (source) => {
      await expect(decodeImage(source as unknown as string)).rejects.toMatchObject({ code: 'bad-option' });
    },
  );

  it('repeats gray, applies palettes, and composites transparency on white', async () => {
    expect(
      await levels(
        raw(Uint8Array.of(0, 90, 255), 3, 1)
          .toColourspace('b-w')
          .png(),
      ),
    ).toEqual([0, 0, 0, 90, 90, 90, 255, 255, 255]);
    expect((await levels(plain(RED).png({ palette: true }))).slice(0, 3)).toEqual(RED);
    expect(await levels(raw(Uint8Array.of(100, 255, 100, 128, 100, 0), 3, 2).png())).toEqual(
      [100, 177, 255].flatMap((level) => [level, level, level]),
    );
    const rgba = Uint8Array.of(...RED, 255, ...RED, 51, ...RED, 0);
    const shown = [...RED, 244, 210, 212, 255, 255, 255];
    expect(await levels(raw(rgba, 3, 4).png())).toEqual(shown);
    expect(await levels(raw(rgba, 3, 4).webp({ lossless: true, exact: true }))).toEqual(shown);
  });

  it('divides 16-bit levels by 257, to the nearest', async () => {
    const values = Uint16Array.from({ length: 3 * 512 }, (_, i) => Math.min(65535, i * 43 + (i % 7)));
    const expected = Array.from(values, (value) => Math.round(value / 257));
    expect(await levels(raw(values, 16, 3).toColourspace('rgb16').png())).toEqual(expected);
    const gray = raw(values, 16, 1).toColourspace('grey16').png();
    expect(await levels(gray)).toEqual(expected.flatMap((level) => [level, level, level]));
  });

  it('ignores colour profiles', async () => {
    const [tagged, untagged] = await Promise.all([
      decodeImage(await plain(RED).withIccProfile('p3').png().toBuffer()),
      sharp(await plain(RED).withIccProfile('p3').png().toBuffer(), { ignoreIcc: true })
        .raw()
        .toBuffer(),
    ]);
    expect([...tagged.data]).toEqual([...untagged]);
  });

  it('converts CMYK to RGB by its inks', async () => {
    expect([...fromCmyk(Uint8Array.of(0, 242, 230, 0, 100, 0, 255, 51))]).toEqual([255, 13, 25, 124, 204, 0]);
    const red = plain(RED).toColourspace('cmyk').jpeg({ quality: 100 });
    const [r, g, b] = (await levels(red)) as Rgb;
    expect(Math.min(r - 150, 70 - g, 80 - b)).toBeGreaterThan(0);
  });
});

describe('loadImage', () => {
  it('resizes an image to a shape', async () => {
    const bytes = await halves().png().toBuffer();
    const filled = await loadImage(bytes, [2, 2, 3], { interpolation: 'nearest' });
    expect([...filled]).toEqual([...RED, ...BLUE, ...RED, ...BLUE]);
    const cropped = await loadImage(bytes, [2, 1, 3], { interpolation: 'nearest', fit: 'crop' });
    expect(cropped.length).toBe(6);
    const shared = await loadImage(bytes, [2, 2, 3], { interpolation: 'bilinear', cropShare: 0.25 });
    expect([...shared]).toEqual([
      ...fitImage(await decodeImage(bytes), [2, 2, 3], {
        interpolation: 'bilinear',
        fit: 'fill',
        cropShare: 0.25,
      }),
    ]);
  });

  it('refuses other formats, and shapes that are neither RGB nor gray', async () => {
    const svg = new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    await expect(loadImage(svg, [4, 4, 3])).rejects.toThrow('is not a JPEG, PNG or WebP image');
    await expect(loadImage(new Uint8Array(), [4, 4, 3])).rejects.toThrow('it is empty');
    await expect(loadImage(svg, [4, 4, 2])).rejects.toMatchObject({ code: 'bad-option' });
    await expect(loadImage(join(folder, 'absent.png'), [4, 4, 3])).rejects.toMatchObject({
      code: 'file-system',
    });
    await expect(loadImage(folder, [4, 4, 3])).rejects.toThrow('is a folder. Give image files.');
    await expect(loadImage(join(folder, 'none.png'), [4, 4, 3])).rejects.toThrow('there is no such file.');
    const misnamed = join(folder, 'really.jpg');
    writeFileSync(misnamed, await plain(RED).png().toBuffer());
    expect([...(await loadImage(misnamed, [1, 1, 3]))]).toEqual(RED);
  });

  it('refuses, before decoding, what would take too much memory', async () => {
    const before = process.memoryUsage().rss;
    await expect(decodeImage(await lyingPng(60_000, 60_000))).rejects.toThrow(
      'has 60000×60000 pixels of 3 bytes; the limits are 67108864 pixels',
    );
    const jpeg = Buffer.from(await plain(RED).jpeg().toBuffer());
    const frame = jpeg.indexOf(Buffer.of(0xff, 0xc0));
    jpeg.writeUInt16BE(60_000, frame + 5);
    jpeg.writeUInt16BE(60_000, frame + 7);
    await expect(decodeImage(jpeg)).rejects.toThrow('has 60000×60000 pixels');
    await expect(decodeImage(await lyingPng(70_000, 1))).rejects.toThrow('65536 pixels per side');
    const large = join(folder, 'large.jpg');
    const file = openSync(large, 'w');
    ftruncateSync(file, 2 ** 33);
    closeSync(file);
    await expect(decodeImage(large)).rejects.toThrow('has 8589934592 bytes');
    expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 28);
  });

  it('retries a decoder that timed out once, and only that', async () => {
    const failures = (...messages: string[]) => {
      let tries = 0;
      const decode = async () => {
        const message = messages[tries++];
        if (message !== undefined) throw new Error(message);
        return tries;
      };
      return againAfterTimeout(decode);
    };
    const large = sharp({ create: { width: 16_000, height: 16_000, channels: 3, background: 'red' } });
    const late = await large.jpeg({ quality: 99 }).timeout({ seconds: 1 }).blur(90).toBuffer().catch(String);
    const timeout = String(late).replace('Error: ', '');
    expect(timeout).toMatch(/^timeout: /);
    expect(await failures(timeout)).toBe(2);
    await expect(failures(timeout, timeout)).rejects.toThrow(/^timeout: /);
    await expect(failures('VipsJpeg: premature end')).rejects.toThrow('premature end');
  });

  it('gives an error or an image for every truncation and every flipped byte', async () => {
    const outcomes = { image: 0, error: 0 };
    for (const whole of [
      await halves().png().toBuffer(),
      await halves().jpeg().toBuffer(),
      await halves().webp().toBuffer(),
    ]) {
      for (let at = 0; at < whole.length; at += 3) {
        const flipped = Uint8Array.from(whole);
        flipped[at] = (flipped[at] as number) ^ (at % 2 ? 0xff : 1 << (at % 8));
        for (const bytes of [flipped, whole.subarray(0, at)]) {
          try {
            expect((await loadImage(bytes, [4, 8, 3])).length).toBe(96);
            outcomes.image++;
          } catch (error) {
            expect(error).toBeInstanceOf(ResNetError);
            outcomes.error++;
          }
        }
      }
    }
    expect(Math.min(outcomes.image, outcomes.error)).toBeGreaterThan(20);
  });
});
