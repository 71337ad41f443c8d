import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ResNetError } from '@resnetjs/core/network';
import { File as Hdf5File, ready } from 'h5wasm/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSigns } from './signs-file.js';

const real = new URL('../../../../../shared/data/signs/', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'resnetjs-signs-'));
const PIXELS = Uint8Array.from({ length: 12 * 8 * 8 * 3 }, (_, i) => (i * 7) % 256);
const LABELS = BigInt64Array.from({ length: 12 }, (_, i) => BigInt(i % 3));

interface Content {
  x?: {
    name?: string;
    data?: Uint8Array | Float32Array;
    shape?: number[];
    dtype?: string;
    compression?: number;
  };
  y?: { data?: BigInt64Array | Int32Array | string[]; shape?: number[]; dtype?: string } | null;
  classes?: { data: BigInt64Array | string[] | Float32Array; dtype: string; shape?: number[] } | null;
}

/** Writes a small SIGNS file, valid except for what `content` changes. */
function write(name: string, content: Content = {}): string {
  const path = join(folder, name);
  const file = new Hdf5File(path, 'w');
  const x = { name: 'train_set_x', data: PIXELS, shape: [12, 8, 8, 3], dtype: '<B', ...content.x };
  file.create_dataset({ ...x, ...(x.compression ? { chunks: [3, 8, 8, 3] } : {}) });
  const y = { data: LABELS, shape: [12], dtype: '<q', ...content.y };
  if (content.y !== null) file.create_dataset({ name: 'train_set_y', ...y });
  const classes = content.classes ?? { data: BigInt64Array.of(0n, 1n, 2n), dtype: '<q' };
  if (content.classes !== null) file.create_dataset({ name: 'list_classes', ...classes });
  file.close();
  return path;
}

beforeAll(() => ready);
afterAll(() => rmSync(folder, { recursive: true }));

describe('readSigns', () => {
  it('reads images, labels and class names', async () => {
    const signs = await readSigns(write('good.h5'));
    expect(signs.split).toBe('train');
    expect(signs.classes).toEqual(['0', '1', '2']);
    expect(signs.shape).toEqual([8, 8, 3]);
    expect([...signs.labels]).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]);
    const batch = await signs.read([11, 0]);
    expect(Buffer.compare(batch.subarray(0, 192), PIXELS.subarray(11 * 192))).toBe(0);
    expect(Buffer.compare(batch.subarray(192), PIXELS.subarray(0, 192))).toBe(0);
    await expect(signs.read([12])).rejects.toThrow('There is no image 12: images are 0 to 11.');
  });

  it('reads compressed images, labels of [1, n], and classes that are strings', async () => {
    const path = write('other.h5', {
      x: { name: 'test_set_x', compression: 5 },
      y: { shape: [1, 12], data: Int32Array.from(LABELS, Number), dtype: '<i' },
      classes: { data: ['zero', 'one', 'two'], dtype: 'S8' },
    });
    const file = new Hdf5File(path, 'a');
    file.create_hard_link('/train_set_y', 'test_set_y');
    file.close();
    const signs = await readSigns(path);
    expect(signs.split).toBe('test');
    expect(signs.classes).toEqual(['zero', 'one', 'two']);
    expect(Buffer.compare(await signs.read(signs.labels.map((_, i) => i)), PIXELS)).toBe(0);
  });

  const mistakes: [name: string, message: RegExp, content: Content][] = [
    [
      'no-images',
      /it holds .*other.* A SIGNS file holds train_set_x or test_set_x/,
      { x: { name: 'other' } },
    ],
    ['no-labels', /train_set_y is missing; the file holds/, { y: null }],
    ['no-classes', /list_classes is missing/, { classes: null }],
    [
      'float-images',
      /train_set_x is of type <f; images must be uint8/,
      { x: { data: Float32Array.from(PIXELS), dtype: '<f' } },
    ],
    ['signed-images', /train_set_x is of type <b; images must be uint8/, { x: { dtype: '<b' } }],
    [
      'gray',
      /train_set_x has shape \[12,8,24\]; images must be \[n, height, width, 3\]/,
      { x: { shape: [12, 8, 24] } },
    ],
    ['four-channels', /has shape \[9,8,8,4\]/, { x: { shape: [9, 8, 8, 4] } }],
    [
      'few-labels',
      /train_set_y has shape \[6\]; for 12 images it must be \[12\] or \[1, 12\]/,
      { y: { data: LABELS.slice(0, 6), shape: [6] } },
    ],
    [
      'text-labels',
      /train_set_y is of type S1; labels must be whole numbers/,
      { y: { data: Array(12).fill('0'), dtype: 'S1' } },
    ],
    [
      'label-3',
      /train_set_y\[2\] is 3; with 3 classes in list_classes, labels must be whole numbers, 0 to 2/,
      { y: { data: LABELS.map((v) => v + BigInt(v === 2n)) } },
    ],
    ['label-negative', /train_set_y\[0\] is -1;/, { y: { data: LABELS.map((v) => v - 1n) } }],
    [
      'one-class',
      /images of at least two classes are needed.*only "0"/,
      { y: { data: new BigInt64Array(12) } },
    ],
    [
      'same-names',
      /names a class twice: 1\./,
      { classes: { data: BigInt64Array.of(1n, 1n, 2n), dtype: '<q' } },
    ],
    [
      'float-names',
      /list_classes is of type <f and has shape \[3\]; it must be a list of integers or strings/,
      { classes: { data: new Float32Array(3), dtype: '<f' } },
    ],
  ];
  it.each(mistakes)('says what is wrong: %s', async (name, message, content) => {
    const error = await readSigns(write(`${name}.h5`, content)).catch((error) => error);
    expect(error).toBeInstanceOf(ResNetError);
    expect(error.message).toMatch(message);
    expect(error.message).toContain(`${name}`);
    expect(['bad-file', 'bad-data']).toContain(error.code);
  });

  it('says so when a file is missing, truncated, or not HDF5', async () => {
    await expect(readSigns(join(folder, 'absent.h5'))).rejects.toMatchObject({ code: 'file-system' });
    await expect(readSigns(folder)).rejects.toThrow('it is not a file');
    const text = join(folder, 'text.h5');
    writeFileSync(text, 'label,image\n');
    await expect(readSigns(text)).rejects.toThrow('it is not an HDF5 file: it begins with "label,im"');
    const cut = join(folder, 'cut.h5');
    const whole = readFileSync(write('whole.h5'));
    writeFileSync(cut, whole.subarray(0, whole.length - 1));
    await expect(readSigns(cut)).rejects.toThrow(
      `it is truncated: its header says ${whole.length} bytes, but it has ${whole.length - 1}`,
    );
  });

  it('refuses a size that the file cannot hold before it allocates', async () => {
    const path = write('bomb.h5');
    const bytes = readFileSync(path);
    const shape = Buffer.alloc(32);
    [12, 8, 8, 3].forEach((side, i) => {
      shape.writeBigUInt64LE(BigInt(side), i * 8);
    });
    const at = bytes.indexOf(shape);
    bytes.writeBigUInt64LE(2n ** 40n, at);
    writeFileSync(path, bytes);
    const error = await readSigns(path).catch((error) => error);
    expect(error).toMatchObject({ code: 'bad-file' });
  });

  it('gives an error or images for every truncation and every flipped byte', {
    timeout: 300_000,
  }, async () => {
    const path = write('fuzz.h5', { x: { compression: 4 } });
    const whole = readFileSync(path);
    const attempt = async (bytes: Uint8Array) => {
      writeFileSync(path, bytes);
      try {
        const signs = await readSigns(path);
        const read = await signs.read(signs.labels.map((_, i) => i));
        expect(read.length).toBe(signs.labels.length * signs.shape.reduce((a, b) => a * b));
        return 'read';
      } catch (error) {
        if (!(error instanceof ResNetError)) throw error;
        return 'refused';
      }
    };
    for (let end = 0; end < whole.length; end += 97)
      expect(await attempt(whole.subarray(0, end))).toBe('refused');
    const outcomes = { read: 0, refused: 0 };
    for (let at = 0; at < whole.length; at += whole.length < 4000 ? 1 : 5) {
      const bytes = Uint8Array.from(whole);
      bytes[at] = (bytes[at] as number) ^ (at % 2 ? 0xff : 1 << (at % 8));
      outcomes[await attempt(bytes)]++;
    }
    expect(outcomes.refused).toBeGreaterThan(50);
    writeFileSync(path, whole);
    expect(await attempt(whole)).toBe('read');
  });

  if (!existsSync(real)) console.log(`skipped: the SIGNS photographs are not in ../shared/data/signs`);
  it.skipIf(!existsSync(real))('reads the real photographs', async () => {
    const train = await readSigns(`${real}train_signs.h5`);
    const test = await readSigns(`${real}test_signs.h5`);
    expect([train.split, train.labels.length, test.split, test.labels.length]).toEqual([
      'train',
      1080,
      'test',
      120,
    ]);
    expect(train.classes).toEqual(['0', '1', '2', '3', '4', '5']);
    for (let label = 0; label < 6; label++) expect(test.labels.filter((l) => l === label).length).toBe(20);
    const images = await test.read([0]);
    expect(images.length).toBe(64 * 64 * 3);
    expect(images.reduce((a, b) => a + b) / images.length).toBeGreaterThan(100);
  });
});
