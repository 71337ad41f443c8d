import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { toGray } from '@resnetjs/core/images';
import sharp from 'sharp';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { batches } from '../batches.js';
import { findTwins } from '../find-twins.js';
import { splitDataset, subset } from '../subset.js';
import { loadImage } from './decode-image.js';
import { dropBrokenImages } from './drop-broken-images.js';
import { openDataset } from './open-dataset.js';
import { imageFolder } from './image-folder.js';

const real = new URL('../../../../../shared/data/', import.meta.url).pathname;
const scratch = mkdtempSync(join(tmpdir(), 'resnetjs-images-'));
let root = scratch;
let made = 0;

type Rgb = [red: number, green: number, blue: number];
const RED: Rgb = [200, 30, 40];
const BLUE: Rgb = [20, 40, 210];

const plain = ([r, g, b]: Rgb, width = 12, height = 9) =>
  sharp({ create: { width, height, channels: 3, background: { r, g, b } } });
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

describe('imageFolder', () => {
  it('sorts classes and images by name, and skips other files', async () => {
    const red = await plain(RED).png().toBuffer();
    for (const path of ['b/2.png', 'b/10.PNG', 'a/x.png', '.git/x.png', 'b/.hidden.png', 'top.png'])
      put(path, red);
    put('b/notes.txt', 'notes');
    put('b/3.jpeg', await plain(BLUE).jpeg({ quality: 100 }).toBuffer());
    put('a/y.webp', await plain(BLUE).webp({ lossless: true }).toBuffer());
    const folder = await imageFolder(root, { imageSize: [3, 5] });
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
    const images = await folder.read([0, 1, 4]);
    expect(images.length).toBe(3 * 45);
    expect([...images.subarray(0, 3)]).toEqual(RED);
    expect([...images.subarray(45, 48)]).toEqual(BLUE);
    images.subarray(90, 93).forEach((value, i) => {
      expect(Math.abs(value - (BLUE[i] as number))).toBeLessThan(4);
    });
    expect(folder.leftOut).toEqual([
      { kind: 'hidden', files: 2, example: expect.stringContaining('.') },
      { kind: '.txt', files: 1, example: 'b/notes.txt' },
      { kind: 'image without a class folder', files: 1, example: 'top.png' },
    ]);
  });

  it('reads what is a JPEG, PNG or WebP image by its content, and counts the rest', async () => {
    const jpeg = await plain(RED).jpeg().toBuffer();
    put('a/1.jfif', jpeg);
    put('a/2', await plain(RED).png().toBuffer());
    put('a/3.gif', await plain(RED).webp().toBuffer());
    put('b/1.jpe', jpeg);
    put('b/2.gif', await plain(RED).gif().toBuffer());
    put('b/3.GIF', await plain(RED).gif().toBuffer());
    put('b/4.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>');
    put('b/LICENSE', 'text');
    const folder = await imageFolder(root, { imageSize: 4 });
    expect(folder.files.map((file) => file.slice(root.length + 1))).toEqual([
      'a/1.jfif',
      'a/2',
      'a/3.gif',
      'b/1.jpe',
    ]);
    expect(folder.leftOut.map(({ kind, files }) => `${files} ${kind}`).sort()).toEqual([
      '1 .svg',
      '1 no extension',
      '2 .gif',
    ]);
    expect((await folder.read([0, 1, 2, 3])).length).toBe(4 * 48);
  });

  it('takes the parts of a split folder', async () => {
    const red = await plain(RED).png().toBuffer();
    for (const path of ['train/b/1.png', 'train/a/s/1.png', 'train/c/1.png', 'Test/c/1.png', 'valid/b/1.png'])
      put(path, red);
    const of = async (split: 'train' | 'validation' | 'test') => {
      const { part, classes, labels, parts } = await imageFolder(root, { imageSize: 4, split });
      expect(classes).toEqual(['a', 'b', 'c']);
      expect(parts.map((each) => each.folder)).toEqual(['train', 'valid', 'Test']);
      return [part.folder, ...labels];
    };
    expect(await of('train')).toEqual(['train', 0, 1, 2]);
    expect(await of('validation')).toEqual(['valid', 1]);
    expect(await of('test')).toEqual(['Test', 2]);
    const opened = await openDataset(root, { split: 'test', imageSize: 8, onCheckProgress: () => {} });
    expect(opened.description).toBe(`the folder ${join(root, 'Test')}: 1 images of 3 classes, 8×8 pixels`);
    rmSync(join(root, 'train'), { recursive: true });
    await expect(imageFolder(root)).rejects.toThrow(
      /is split into "valid" and "Test", and has no train images/,
    );
  });

  it('identifies images by their content, whether they were read or not', async () => {
    const [red, blue] = [await plain(RED).png().toBuffer(), await plain(BLUE).png().toBuffer()];
    put('a/1.png', red);
    put('a/2.png', blue);
    put('b/1.png', red);
    put('b/2.png', 'no image');
    const folder = await imageFolder(root, { imageSize: 4, onError: () => {} });
    const before = await folder.identify?.();
    const other = await imageFolder(root, { imageSize: 8, onError: () => {} });
    const checked = await dropBrokenImages(other);
    put('a/2.png', red); // what counts is what was read
    expect(await checked.identify?.()).toEqual(before?.slice(0, 3));
    expect(before?.map(({ name }) => name)).toEqual(['a/1.png', 'a/2.png', 'b/1.png', 'b/2.png']);
    expect(before?.[0]?.content).toBe(before?.[2]?.content);
    expect(before?.[0]?.content).not.toBe(before?.[1]?.content);
    expect(await findTwins(subset(checked, [0, 1]), subset(checked, [2]))).toEqual({
      acrossSplit: { images: 1, example: ['a/1.png', 'b/1.png'] },
      acrossClasses: { images: 0, example: null },
      withinClass: { images: 0, example: null },
    });
    expect(await findTwins(checked)).toMatchObject({
      acrossClasses: { images: 1, example: ['a/1.png', 'b/1.png'] },
    });
  });

  it.skipIf(process.platform === 'win32')('names a class that this user may not read', async () => {
    for (const path of ['a/1.png', 'b/1.png']) put(path, await plain(RED).png().toBuffer());
    for (const path of [scratch, root]) chmodSync(path, 0o755);
    chmodSync(join(root, 'b'), 0);
    const isRoot = process.getuid?.() === 0; // may read everything
    if (isRoot) process.seteuid?.(65_534);
    try {
      await expect(imageFolder(root)).rejects.toMatchObject({
        code: 'file-system',
        message: expect.stringMatching(/The folder .*b cannot be read: EACCES.* Change its permissions/),
      });
    } finally {
      if (isRoot) process.seteuid?.(0);
      chmodSync(join(root, 'b'), 0o755);
    }
  });

  it.skipIf(process.platform === 'win32')(
    'follows links, but in no circle, and counts broken ones',
    async () => {
      const red = await plain(RED).png().toBuffer();
      put('one/a.png', red);
      put('one/z/e.png', red);
      put('two/b.png', red);
      const outside = put('../outside/c.png', red);
      const link = (target: string, path: string) => symlinkSync(target, join(root, path));
      link(outside, 'one/c.png');
      link('../two/b.png', 'one/b.png');
      link(dirname(outside), 'three');
      link('../two', 'one/also');
      link('..', 'one/round');
      link('../..', 'two/above');
      link('z', 'one/y');
      link('nowhere', 'one/d.png');
      link('itself', 'two/itself');
      const folder = await imageFolder(root, { imageSize: 4 });
      expect(folder.classes).toEqual(['one', 'three', 'two']);
      expect(folder.files.map((file) => file.slice(root.length + 1))).toEqual([
        'one/a.png',
        'one/also/b.png',
        'one/b.png',
        'one/c.png',
        'one/z/e.png',
        'three/c.png',
        'two/b.png',
      ]);
      expect(folder.leftOut).toEqual([
        {
          kind: 'link to a folder that is read already',
          files: 4,
          example: expect.stringMatching(/round|y$|above/),
        },
        { kind: 'broken link', files: 3, example: expect.stringMatching(/d\.png|itself/) },
      ]);
    },
  );

  it.runIf(process.platform === 'linux')('says so where a name is not UTF-8', async () => {
    const red = await plain(RED).png().toBuffer();
    for (const path of ['a/1.png', 'b/1.png']) put(path, red);
    const latin1 = (path: string) => Buffer.from(join(root, path), 'latin1');
    writeFileSync(latin1('a/caf\xe9.png'), red);
    const folder = await imageFolder(root, { imageSize: 4 });
    expect(folder.leftOut).toEqual([{ kind: 'name that is not UTF-8', files: 1, example: 'a/caf\\xe9.png' }]);
    // As an argument of the command line arrives.
    const name = 'caf\ufffd';
    for (const open of [() => loadImage(name, [4, 4, 3]), () => imageFolder(name), () => openDataset(name)])
      await expect(open()).rejects.toThrow(/cannot be opened: .* Its name is not UTF-8: rename it/);
    mkdirSync(latin1('caf\xe9'));
    await expect(imageFolder(root)).rejects.toThrow(/caf\\xe9 has a name that is not UTF-8\. Rename it/);
  });

  it('says what is wrong with a folder', async () => {
    const red = await plain(RED).png().toBuffer();
    const fails = (message: RegExp, code = 'bad-data') =>
      imageFolder(root).then(
        () => expect.unreachable(),
        (error) => {
          expect(error.message).toMatch(message);
          expect(error.code).toBe(code);
        },
      );
    await expect(imageFolder(join(root, 'absent'))).rejects.toThrow(
      /there is no such folder.*one subfolder of JPEG, PNG or WebP images per class/,
    );
    await expect(imageFolder(put('../file.png', red))).rejects.toThrow('it is not a folder');
    await fails(/it has no folders of images in it/);
    put('a/1.png', red);
    await fails(/at least two classes are needed.*only "a"/);
    put('b/notes.txt');
    await fails(/the folder "b" has no JPEG, PNG or WebP images in it/);
    put('b/1.png', red);
    for (const imageSize of [0, 1.5, 5000])
      await expect(imageFolder(root, { imageSize })).rejects.toMatchObject({ code: 'bad-option' });
  });

  it('names a broken image when it is read', async () => {
    const red = await plain(RED, 60, 60).jpeg().toBuffer();
    put('a/1.jpg', red);
    put('b/2.jpg', red.subarray(0, red.length - 40));
    put('b/3.jpg', 'no image at all');
    put('b/4.jpg');
    const folder = await imageFolder(root);
    await folder.read([0]);
    await expect(folder.read([0, 1])).rejects.toThrow(
      /b.2\.jpg is a broken or truncated image .*Replace it or remove it/,
    );
    await expect(folder.read([2])).rejects.toThrow(
      /3\.jpg is not a JPEG, PNG or WebP image: it begins with "no image"/,
    );
    await expect(folder.read([3])).rejects.toThrow('it is empty');
    await expect(folder.read([4])).rejects.toThrow('There is no image 4');
  });

  /** Two classes of six red images each. */
  async function twelve() {
    const red = await plain(RED).png().toBuffer();
    for (let i = 0; i < 12; i++) put(`${i % 2 ? 'odd' : 'even'}/${i}.png`, red);
  }

  it('leaves broken images out with `onError`, before anything is split', async () => {
    await twelve();
    const whole = await imageFolder(root);
    put('even/broken.png', 'no image');
    put('odd/broken.png', (await plain(RED).png().toBuffer()).subarray(0, 60));
    const broken: string[] = [];
    const seen: number[] = [];
    const opened = await imageFolder(root, { onError: ({ file }) => broken.push(file) });
    const checked = await dropBrokenImages(opened, (done, of) => seen.push(done, of));
    expect(broken.map((file) => file.slice(root.length + 1))).toEqual(['even/broken.png', 'odd/broken.png']);
    expect(seen).toEqual([0, 14, 14, 14]);
    expect(checked.files).toEqual(whole.files);
    expect(checked.labels).toEqual(whole.labels);
    const [a, b] = [checked, whole].map((each) => splitDataset(each, { validationSplit: 0.5, seed: 3 }));
    expect(a?.validation.labels).toEqual(b?.validation.labels);
    await expect(dropBrokenImages(await imageFolder(root))).rejects.toThrow(/even.broken\.png is not a JPEG/);
  });

  it('says so when a class has no image left', async () => {
    put('a/1.png', await plain(RED).png().toBuffer());
    put('b/1.png', 'no image');
    const folder = await imageFolder(root, { onError: () => {} });
    await expect(dropBrokenImages(folder)).rejects.toThrow('None of the images of "b" can be read');
  });

  it('continues without images that vanish, and reports each once', async () => {
    await twelve();
    const vanished: string[] = [];
    const onError = ({ file }: { file: string }) => vanished.push(file);
    const folder = await imageFolder(root, { onError, cacheBytes: 0 });
    const { train } = splitDataset(await dropBrokenImages(folder), { validationSplit: 0.5 });
    for (const index of [0, 1, 2, 5]) rmSync(folder.files[index] as string);
    for (let epoch = 0; epoch < 2; epoch++) {
      const sizes: number[] = [];
      for await (const { labels, images, indices } of batches(train, { batchSize: 2 })) {
        expect([indices.length, images.length]).toEqual([labels.length, labels.length * 64 * 64 * 3]);
        expect([...images.subarray(0, 3)]).toEqual(RED);
        sizes.push(labels.length);
      }
      const broken = train.labels.filter((_, i) => train.isBroken?.(i)).length;
      expect(sizes.reduce((a, b) => a + b)).toBe(6 - broken);
      expect(broken).toBeGreaterThan(0);
    }
    expect(new Set(vanished).size).toBe(vanished.length);
  });

  it('resizes images as `interpolation`, `fit` and `cropShare` say', async () => {
    const stripes = sharp(Buffer.from([...RED, ...BLUE, ...BLUE, ...RED]), {
      raw: { width: 4, height: 1, channels: 3 },
    });
    const wide = await stripes.resize(8, 2, { kernel: 'nearest', fit: 'fill' }).png().toBuffer();
    put('a/1.png', wide);
    put('b/1.png', wide);
    const read = async (options: object) => [
      ...(await (await imageFolder(root, { imageSize: 2, ...options })).read([0])),
    ];
    expect(await read({ fit: 'crop', interpolation: 'nearest' })).toEqual([
      ...BLUE,
      ...BLUE,
      ...BLUE,
      ...BLUE,
    ]);
    expect(await read({ interpolation: 'nearest' })).toEqual([...BLUE, ...RED, ...BLUE, ...RED]);
    expect((await read({}))[0]).not.toBe(BLUE[0]);
    const center = await read({ interpolation: 'nearest', cropShare: 0.5 }); // of red, blue, blue, red
    expect(center).toEqual([...BLUE, ...BLUE, ...BLUE, ...BLUE]);
    await expect(read({ cropShare: 2 })).rejects.toThrow('cropShare is 2; it must be from 0.1 to 1');
  });
});

describe('openDataset', () => {
  it('opens the generated hand signs, by split and size', async () => {
    const signs = await openDataset('synthetic:signs', { imageSize: 16, split: 'test' });
    expect(signs.description).toBe('synthetic:signs (test): 600 images of 6 classes, 16×16 pixels');
    expect((await openDataset('synthetic:signs', { count: 12, seed: 4 })).shape).toEqual([64, 64, 3]);
    await expect(openDataset('synthetic:signs', { imageSize: [16, 32] })).rejects.toThrow(
      'generates square images, not 16×32',
    );
  });

  it('opens each kind in gray', async () => {
    put('a/1.png', await plain(RED).png().toBuffer());
    put('b/1.png', await plain(BLUE).png().toBuffer());
    const folder = await openDataset(root, { imageSize: [2, 3], channels: 1 });
    expect(folder.shape).toEqual([2, 3, 1]);
    expect(folder.description).toContain('2×3 pixels, gray');
    const [red, blue] = [RED, BLUE].map((rgb) => toGray(Uint8Array.from(rgb))[0] as number);
    const images = await folder.read([1, 0]);
    expect([...images]).toEqual([...Array(6).fill(blue), ...Array(6).fill(red)]);
    const options = { imageSize: 16, count: 6 };
    const signs = await openDataset('synthetic:signs', { ...options, channels: 1 });
    expect(signs.shape).toEqual([16, 16, 1]);
    const colours = await (await openDataset('synthetic:signs', options)).read([4, 2]);
    expect(await signs.read([4, 2])).toEqual(toGray(colours));
  });

  it('opens a folder', async () => {
    put('a/1.png', await plain(RED).png().toBuffer());
    put('b/1.png', await plain(BLUE).png().toBuffer());
    const folder = await openDataset(root, { imageSize: 8 });
    expect(folder.description).toBe(`the folder ${root}: 2 images of 2 classes, 8×8 pixels`);
    expect([...(await folder.read([1])).subarray(0, 3)]).toEqual(BLUE);
  });

  it('says what it accepts', async () => {
    for (const spec of ['synthetic:cats', join(root, 'absent'), put('table.csv', 'a,b')]) {
      const error = await openDataset(spec).catch((error) => error);
      expect(error.code).toBe('unknown-name');
      expect(error.message).toContain(
        'a dataset is synthetic:signs, a SIGNS HDF5 file (.h5, .hdf5, .hdf), or a folder',
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
    expect(signs.description).toMatch(/test_signs\.h5 \(test\): 120 images of 6 classes, 64×64 pixels$/);
    await expect(openDataset(`${real}signs/test_signs.h5`, { imageSize: 32 })).rejects.toThrow(
      'holds images of 64×64 pixels, not 32×32',
    );
  });
});
