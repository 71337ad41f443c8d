import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sampleSides } from './sample-sides.js';

const folder = mkdtempSync(join(tmpdir(), 'resnetjs-sides-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string) => join(folder, name);

beforeAll(async () => {
  for (const [name, width, height] of [
    ['a.jpg', 30, 20],
    ['b.png', 7, 9],
    ['c.webp', 64, 64],
  ] as const) {
    await sharp({ create: { width, height, channels: 3, background: '#123' } }).toFile(path(name));
  }
  writeFileSync(path('cut.jpg'), Uint8Array.of(0xff, 0xd8, 0xff));
});

it('gives the shorter side of each image that tells', async () => {
  const files = ['a.jpg', 'none.jpg', 'b.png', 'cut.jpg', 'c.webp'].map(path);
  expect(await sampleSides(files)).toEqual([20, 7, 64]);
});

it('takes so many at most, from all over the list', async () => {
  const files = [...Array(50).fill(path('a.jpg')), ...Array(50).fill(path('b.png'))];
  expect(await sampleSides(files, 4)).toEqual([20, 20, 7, 7]);
});
