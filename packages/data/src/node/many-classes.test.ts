// Labels of files where there are more classes than fit into a byte, and images stand in no order of their labels.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RandomGenerator } from '@resnetjs/core';
import { File as Hdf5File, ready } from 'h5wasm/node';
import sharp from 'sharp';
import { afterAll, expect, it } from 'vitest';
import { dropBrokenImages } from './drop-broken-images.js';
import { imageFolder } from './image-folder.js';
import { openDataset } from './open-dataset.js';
import { readSigns } from './signs-file.js';

const scratch = mkdtempSync(join(tmpdir(), 'resnetjs-classes-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const count = 300;

it('a folder of 300 classes gives each image the label of its folder, whatever order they are read in', async () => {
  const root = join(scratch, 'folder');
  const names = Array.from({ length: count }, (_, i) => `class-${i}`); // class-10 comes before class-2
  const sorted = [...names].sort();
  expect(sorted).not.toEqual(names);
  for (const [i, name] of names.entries()) {
    mkdirSync(join(root, name), { recursive: true });
    // Two images in some classes, one in others: an image's index says nothing about its label.
    for (let each = 0; each < 1 + (i % 2); each++) {
      const background = { r: i >> 8, g: i & 255, b: each };
      const png = sharp({ create: { width: 1, height: 1, channels: 3, background } }).png();
      writeFileSync(join(root, name, `${each}.png`), await png.toBuffer());
    }
  }
  const folder = await imageFolder(root, { imageSize: 1 });
  expect(folder.classes).toEqual(sorted);
  expect(folder.labels.length).toBe(450);
  const order = RandomGenerator.stateless(31).permutation(450);
  const pixels = await folder.read(order);
  order.forEach((index, at) => {
    const [high, low, each] = pixels.subarray(3 * at) as unknown as [number, number, number];
    const name = `class-${256 * high + low}`;
    expect(folder.classes[folder.labels[index] as number]).toBe(name);
    expect(folder.files[index]).toBe(join(root, name, `${each}.png`));
  });

  // One image that can't be read, in the middle: those after it keep their own labels and files.
  writeFileSync(join(root, 'class-201', '0.png'), 'no image');
  const some = await dropBrokenImages(await imageFolder(root, { imageSize: 1, onError: () => {} }));
  expect(some.labels.length).toBe(449);
  const rest = await some.read([...some.labels.keys()]);
  some.labels.forEach((label, index) => {
    const [high, low, each] = rest.subarray(3 * index) as unknown as [number, number, number];
    expect(some.classes[label]).toBe(`class-${256 * high + low}`);
    expect(some.files[index]).toBe(join(root, some.classes[label] as string, `${each}.png`));
  });
});

it.each([
  ['bytes', '<B', (labels: number[]) => Uint8Array.from(labels), 256],
  ['16 bits', '<H', (labels: number[]) => Uint16Array.from(labels), count],
  ['32 bits', '<i', (labels: number[]) => Int32Array.from(labels), count],
  ['64 bits', '<q', (labels: number[]) => BigInt64Array.from(labels, BigInt), count],
] as const)(
  'an HDF5 file gives each image its own label of many: %s',
  async (name, dtype, encode, classes) => {
    await ready;
    const path = join(scratch, `${name}.h5`);
    const images = 2 * classes;
    const order = RandomGenerator.stateless(32).permutation(images);
    const labels = Array.from(order, (place) => place % classes);
    const data = Uint8Array.from(labels.flatMap((label, i) => [label >> 8, label & 255, i & 255]));
    const file = new Hdf5File(path, 'w');
    file.create_dataset({ name: 'test_set_x', data, shape: [images, 1, 1, 3], dtype: '<B' });
    file.create_dataset({ name: 'test_set_y', data: encode(labels) as never, shape: [1, images], dtype });
    const list = Array.from({ length: classes }, (_, label) => `class ${label}`);
    file.create_dataset({ name: 'list_classes', data: list, dtype: 'S16' });
    file.close();

    const signs = await readSigns(path);
    expect(signs.classes).toEqual(list);
    expect([...signs.labels]).toEqual(labels);
    const reading = RandomGenerator.stateless(33).permutation(images);
    const pixels = await signs.read(reading);
    reading.forEach((index, at) => {
      const [high, low, place] = pixels.subarray(3 * at) as unknown as [number, number, number];
      expect(256 * high + low).toBe(signs.labels[index]);
      expect(place).toBe(index & 255);
    });
  },
);

it('an HDF5 file of more than is read at a time gives every image', async () => {
  await ready;
  const path = join(scratch, 'large.h5');
  const [images, side] = [45, 400]; // 34 images are read at a time
  const each = side * side * 3;
  const data = new Uint8Array(images * each);
  for (let i = 0; i < images; i++) data.fill(i + 1, i * each, (i + 1) * each);
  const file = new Hdf5File(path, 'w');
  file.create_dataset({ name: 'train_set_x', data, shape: [images, side, side, 3], dtype: '<B' });
  const labels = Int32Array.from({ length: images }, (_, i) => i % 12);
  file.create_dataset({ name: 'train_set_y', data: labels, shape: [images], dtype: '<i' });
  file.create_dataset({
    name: 'list_classes',
    data: Int32Array.from({ length: 12 }, (_, i) => i),
    dtype: '<i',
  });
  file.close();
  const signs = await readSigns(path);
  for (const index of signs.labels.keys()) {
    const pixels = await signs.read([index]);
    expect(Buffer.compare(pixels, new Uint8Array(each).fill(index + 1))).toBe(0);
  }
});

it('the generated hand signs are those of their labels, in any order', async () => {
  const signs = await openDataset('synthetic:signs', {
    imageSize: 16,
    count: 600,
    cacheBytes: 16 * 16 * 3 * 50,
  });
  expect([...signs.labels]).toEqual(Array.from({ length: 600 }, (_, i) => i % 6));
  const each = 16 * 16 * 3;
  const order = RandomGenerator.stateless(34).permutation(600).slice(0, 90);
  const together = await signs.read(order);
  for (const [at, index] of order.entries())
    expect(together.subarray(at * each, (at + 1) * each)).toEqual(await signs.read([index]));
});
