// A folder of many images, read as in training (after npm run build):
//   node packages/data/bench/folder.mjs make FOLDER [COUNT]     10,000 JPEGs of 128×128, and 20 of 4000×3000
//   /usr/bin/time -v node packages/data/bench/folder.mjs read FOLDER [SIZE] [MILLISECONDS] [CACHE]
// Reading checks every image, then runs a shuffled epoch in which every other batch keeps the main thread busy for
// MILLISECONDS, as a backend does, and prints the wait for the batch after. CACHE: MiB of decoded images to keep.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RandomGenerator } from '@resnetjs/core';
import sharp from 'sharp';
import { batches } from '../dist/index.js';
import { dropBrokenImages, imageFolder } from '../dist/node/index.js';

const [verb, folder, ...rest] = process.argv.slice(2);
if (verb === 'make') await make(Number(rest[0] ?? 10_000));
else await read(Number(rest[0] ?? 224), Number(rest[1] ?? 0), Number(rest[2] ?? 256));

async function make(count) {
  const write = async (index, width, height) => {
    const pixels = new Uint8Array(width * height * 3);
    for (let i = 0; i < pixels.length; i++) pixels[i] = ((i * (index + 3)) >> 7) ^ (i / (3 * width));
    const path = join(folder, `class-${index % 10}`);
    mkdirSync(path, { recursive: true });
    const jpeg = sharp(pixels, { raw: { width, height, channels: 3 } }).jpeg({ quality: 85 });
    writeFileSync(join(path, `${index}.jpg`), await jpeg.toBuffer());
  };
  for (let index = 0; index < count; index++) await write(index, 128, 128);
  for (let index = count; index < count + 20; index++) await write(index, 4000, 3000);
}

async function read(size, milliseconds, cache) {
  const seconds = (since) => ((performance.now() - since) / 1000).toFixed(1);
  const megabytes = () => `${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB resident`;
  let start = performance.now();
  const images = await dropBrokenImages(
    await imageFolder(folder, { imageSize: size, cacheBytes: cache * 2 ** 20 }),
  );
  const count = images.labels.length;
  console.log(`checked ${count} images at ${size}×${size} in ${seconds(start)} s; ${megabytes()}`);
  start = performance.now();
  const waits = { idle: [], busy: [] };
  let [asked, before] = [start, 'idle'];
  let turn = 0;
  const order = RandomGenerator.stateless(0).permutation(count);
  for await (const batch of batches(images, { batchSize: 32, order })) {
    const now = performance.now();
    waits[before].push(now - asked);
    if (batch.labels.length === 0) throw new Error('an empty batch');
    before = milliseconds > 0 && turn++ % 2 === 0 ? 'busy' : 'idle';
    while (before === 'busy' && performance.now() - now < milliseconds);
    asked = performance.now();
  }
  console.log(`an epoch in ${seconds(start)} s; ${megabytes()}`);
  for (const [kind, list] of Object.entries(waits)) {
    const median = list.sort((a, b) => a - b)[list.length >> 1];
    if (median !== undefined)
      console.log(
        `waited ${median.toFixed(1)} ms for a batch (median of ${list.length}) after one during which the main thread was ${kind}`,
      );
  }
}
