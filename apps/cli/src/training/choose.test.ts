import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { defaultOut } from './choose.js';

const folder = mkdtempSync(join(tmpdir(), 'resnetjs-choose-'));
afterAll(() => rmSync(folder, { recursive: true }));

it.each([
  ['flowers/', 'runs/flowers'],
  ['photos.2024', 'runs/photos.2024'],
  ['signs.h5', 'runs/signs'],
  ['synthetic:signs', 'runs/signs'],
  [join(folder, 'images', '..'), join('runs', folder.split('/').at(-1) as string)],
  ['/', 'runs/training'],
])('a training of %s has the folder %s', async (data, expected) => {
  expect(await defaultOut(data)).toBe(expected);
});
