import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ResNetError } from '@resnetjs/core';
import sharp from 'sharp';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { decodePicture } from './decode-picture.js';
import { openDataset } from './open-dataset.js';
import { pictureFolder } from './picture-folder.js';

const real = new URL('../../../../../shared/data/', import.meta.url).pathname;
const scratch = mkdtempSync(join(tmpdir(), 'resnetjs-pictures-'));
let root = scratch;
let made = 0;

type Rgb = [red: number, green: number, blue: number];
const RED: Rgb = [200, 30, 40];
const BLUE: Rgb = [20, 40, 210];

const plain = ([r, g, b]: Rgb, width = 12, height = 9) =>
  sharp({ create: { width, height, channels: 3, background: { r, g, b } } });
/** Left half red, right half blue. */
const halves = () =>
  sharp({ create: { width: 8, height: 4, channels: 3, background: { r: 200, g: 30, b: 40 } } }).composite([
    {
      input: { create: { width: 4, height: 4, channels: 3, background: { r: 20, g: 40, b: 210 } } },
      left: 4,
      top: 0,
    },
  ]);

function put(path: string, bytes: Uint8Array | string = ''): string {
  const whole = join(root, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, bytes);
  return whole;
}

beforeEach(() => {
  root = join(scratch, String(made++));
  mkdirSync(root);
});
afterAll(() => rmSync(scratch, { recursive: true }));

describe('pictureFolder', () => {
  it('takes classes and pictures in the order of their names, and passes over the rest', async () => {
    const red = await plain(RED).png().toBuffer();
    for (const path of [
      'b/2.png',
      'b/10.PNG',
      'a/x.png',
      '.git/x.png',
      'b/.hidden.png',
      'b/notes.txt',
      'top.png',
    ])
      put(path, red);
    put('b/3.jpeg', await plain(BLUE).jpeg({ quality: 100 }).toBuffer());
    put('a/y.webp', await plain(BLUE).webp({ lossless: true }).toBuffer());
    const folder = await pictureFolder(root, { imageSize: [3, 5] });
    expect(folder.classes).toEqual(['a', 'b']);
    expect(folder.shape).toEqual([3, 5, 3]);
    expect([...folder.labels]).toEqual([0, 0, 1, 1, 1]);
    expect(folder.files.map((file) => file.slice(root.length + 1))).toEqual([
      'a/x.png',
      'a/y.webp',
      'b/10.PNG',
      'b/2.png',
      'b/3.jpeg',
    ]);
    const pictures = await folder.read([0, 1, 4]);
    expect(pictures.length).toBe(3 * 45);
    expect([...pictures.subarray(0, 3)]).toEqual(RED);
    expect([...pictures.subarray(45, 48)]).toEqual(BLUE);
    pictures.subarray(90, 93).forEach((value, i) => {
      expect(Math.abs(value - (BLUE[i] as number))).toBeLessThan(4);
    });
  });

  it('follows links within the folder only', async () => {
    const red = await plain(RED).png().toBuffer();
    put('one/a.png', red);
    put('two/b.png', red);
    const outside = put('../outside/c.png', red);
    symlinkSync(outside, join(root, 'one/c.png'));
    symlinkSync(join(root, 'two/b.png'), join(root, 'one/b.png'));
    symlinkSync(dirname(outside), join(root, 'three'));
    symlinkSync(join(root, 'nowhere'), join(root, 'one/d.png'));
    const folder = await pictureFolder(root, { imageSize: 4 });
    expect(folder.classes).toEqual(['one', 'two']);
    expect(folder.files.map((file) => file.slice(root.length + 1))).toEqual([
      'one/a.png',
      'one/b.png',
      'two/b.png',
    ]);
  });

  it('says what is wrong with a folder', async () => {
    const red = await plain(RED).png().toBuffer();
    const fails = (message: RegExp, code = 'bad-data') =>
      pictureFolder(root).then(
        () => expect.unreachable(),
        (error) => {
          expect(error.message).toMatch(message);
          expect(error.code).toBe(code);
        },
      );
    await expect(pictureFolder(join(root, 'absent'))).rejects.toThrow(
      /there is no such folder.*one folder of JPEG, PNG or WebP pictures per class/,
    );
    await expect(pictureFolder(put('../file.png', red))).rejects.toThrow('it is not a folder');
    await fails(/it has no folders in it/);
    put('a/1.png', red);
    await fails(/at least two classes are needed.*only "a"/);
    put('b/notes.txt');
    await fails(/the folder "b" has no JPEG, PNG or WebP pictures in it/);
    put('b/1.png', red);
    for (const imageSize of [0, 1.5, 5000])
      await expect(pictureFolder(root, { imageSize })).rejects.toMatchObject({ code: 'bad-option' });
  });

  it('names a broken picture when it is read', async () => {
    const red = await plain(RED, 60, 60).jpeg().toBuffer();
    put('a/1.jpg', red);
    put('b/2.jpg', red.subarray(0, red.length - 40));
    put('b/3.jpg', 'no picture at all');
    put('b/4.jpg');
    const folder = await pictureFolder(root);
    await folder.read([0]);
    await expect(folder.read([0, 1])).rejects.toThrow(
      /b.2\.jpg is a broken or truncated picture .*Replace it or remove it/,
    );
    await expect(folder.read([2])).rejects.toThrow(
      /3\.jpg is not a JPEG, PNG or WebP picture: it begins with "no pictu"/,
    );
    await expect(folder.read([3])).rejects.toThrow('it is empty');
    await expect(folder.read([4])).rejects.toThrow('There is no picture 4');
  });
});

describe('decodePicture', () => {
  const first = async (bytes: Uint8Array) => [...(await decodePicture(bytes, [4, 8, 3])).subarray(0, 3)];

  it('turns a picture upright', async () => {
    const sideways = await sharp(await halves().png().toBuffer())
      .withExif({})
      .withMetadata({ orientation: 6 })
      .png()
      .toBuffer();
    const upright = await decodePicture(sideways, [8, 4, 3]);
    expect([...upright.subarray(0, 3)]).toEqual(RED);
    expect([...upright.subarray(7 * 4 * 3, 7 * 4 * 3 + 3)]).toEqual(BLUE);
  });

  it('makes 8-bit RGB of gray, transparency, 16 bits, palettes and CMYK', async () => {
    expect(await first(await plain([90, 90, 90]).toColourspace('b-w').png().toBuffer())).toEqual([
      90, 90, 90,
    ]);
    expect(await first(await plain(RED).ensureAlpha(0.3).png().toBuffer())).toEqual(RED);
    expect(await first(await plain(RED).toColourspace('rgb16').png().toBuffer())).toEqual(RED);
    expect(await first(await plain(RED).png({ palette: true }).toBuffer())).toEqual(RED);
    const cmyk = await first(
      await plain([128, 128, 128]).toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer(),
    );
    for (const value of cmyk) expect(Math.abs(value - 128)).toBeLessThan(25);
  });

  it('refuses other formats, too many pixels, and shapes that are not RGB', async () => {
    const svg = new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    await expect(decodePicture(svg, [4, 4, 3])).rejects.toThrow('is not a JPEG, PNG or WebP picture');
    const large = await plain(RED, 10_000, 7_000).png().toBuffer();
    await expect(decodePicture(large, [4, 4, 3])).rejects.toThrow(/exceeds pixel limit/);
    await expect(decodePicture(svg, [4, 4, 1])).rejects.toMatchObject({ code: 'bad-option' });
    await expect(decodePicture(join(root, 'absent.png'), [4, 4, 3])).rejects.toMatchObject({
      code: 'file-system',
    });
  });

  it('answers every cut and every flipped byte with an error or with a picture', async () => {
    const outcomes = { picture: 0, error: 0 };
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
            expect((await decodePicture(bytes, [4, 8, 3])).length).toBe(96);
            outcomes.picture++;
          } catch (error) {
            expect(error).toBeInstanceOf(ResNetError);
            outcomes.error++;
          }
        }
      }
    }
    expect(Math.min(outcomes.picture, outcomes.error)).toBeGreaterThan(20);
  });
});

describe('openDataset', () => {
  it('opens the synthetic signs, by split and size', async () => {
    const signs = await openDataset('synthetic:signs', { imageSize: 16, split: 'test' });
    expect(signs.describe).toBe('synthetic:signs (test): 600 pictures of 6 classes, 16×16 pixels');
    expect((await openDataset('synthetic:signs', { count: 12, seed: 4 })).shape).toEqual([64, 64, 3]);
    await expect(openDataset('synthetic:signs', { imageSize: [16, 32] })).rejects.toThrow(
      'draws square pictures, not 16×32',
    );
  });

  it('opens a folder', async () => {
    put('a/1.png', await plain(RED).png().toBuffer());
    put('b/1.png', await plain(BLUE).png().toBuffer());
    const folder = await openDataset(root, { imageSize: 8 });
    expect(folder.describe).toBe(`the folder ${root}: 2 pictures of 2 classes, 8×8 pixels`);
    expect([...(await folder.read([1])).subarray(0, 3)]).toEqual(BLUE);
  });

  it('says what it accepts', async () => {
    for (const spec of ['synthetic:cats', join(root, 'absent'), put('table.csv', 'a,b')]) {
      const error = await openDataset(spec).catch((error) => error);
      expect(error.code).toBe('unknown-name');
      expect(error.message).toContain(
        'a dataset is synthetic:signs, an HDF5 file of the SIGNS kind (.h5, .hdf5) or a folder',
      );
      expect(error.message).toContain(spec);
    }
    await expect(openDataset(put('text.h5', 'text'))).rejects.toThrow('it is not an HDF5 file');
  });
});

describe('photographs', () => {
  const absent = !existsSync(real);
  if (absent) console.log('skipped: there are no photographs in ../shared/data');

  it.skipIf(absent)('opens the flowers and the SIGNS', async () => {
    const flowers = await openDataset(`${real}flowers`, { imageSize: 32 });
    expect(flowers.classes).toEqual(['daisy', 'dandelion', 'roses', 'sunflowers', 'tulips']);
    expect(flowers.labels.length).toBe(500);
    expect((await flowers.read([0, 499])).length).toBe(2 * 32 * 32 * 3);
    const signs = await openDataset(`${real}signs/test_signs.h5`, { imageSize: 64 });
    expect(signs.describe).toMatch(/test_signs\.h5 \(test\): 120 pictures of 6 classes, 64×64 pixels$/);
    await expect(openDataset(`${real}signs/test_signs.h5`, { imageSize: 32 })).rejects.toThrow(
      'holds pictures of 64×64 pixels, not 32×32',
    );
  });

  it.skipIf(absent)('decodes the awkward ones, and names the truncated ones', async () => {
    const decode = (name: string) => decodePicture(`${real}images/${name}`, [60, 80, 3]);
    const [upright, turned] = [await decode('exif_Landscape_1.jpg'), await decode('exif_Landscape_6.jpg')];
    const apart =
      upright.reduce((sum, value, i) => sum + Math.abs(value - (turned[i] as number)), 0) / upright.length;
    expect(apart).toBeLessThan(5);
    const gray = await decode('pillow_hopper_gray.jpg');
    expect(gray.every((value, i) => value === gray[i - (i % 3)])).toBe(true);
    for (const name of [
      'pillow_pil_sample_cmyk.jpg',
      'pillow_i_trns.png',
      'pillow_pil123p.png',
      'pillow_flower.webp',
    ]) {
      expect((await decode(name)).length).toBe(60 * 80 * 3);
    }
    for (const name of ['derived_truncated_dog.jpg', 'pillow_truncated_image.png']) {
      await expect(decode(name)).rejects.toThrow(`${name} is a broken or truncated picture`);
    }
  });
});
