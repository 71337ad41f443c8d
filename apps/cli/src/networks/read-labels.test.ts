import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imageNetClasses } from '@resnetjs/core/classes';
import { afterAll, expect, it } from 'vitest';
import { readLabels } from './read-labels.js';

const folder = mkdtempSync(join(tmpdir(), 'resnetjs-labels-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

it("reads lines, a JSON list, or ImageNet's", async () => {
  expect(await readLabels(file('lines.txt', '\uFEFFa rose\r\nb\n\n'))).toEqual(['a rose', 'b']);
  expect(await readLabels(file('list.json', '["a rose", "b"]'))).toEqual(['a rose', 'b']);
  expect(await readLabels('imagenet')).toBe(imageNetClasses);
});

it.each([
  ['twice.txt', 'a\nb\na\n', /"a" is there twice/],
  ['gap.txt', 'a\n\nb\n', /is no list of classes/],
  ['map.json', '{"0": "a"}', /is no list of classes/],
  ['half.json', '["a"', /is no list of classes/],
  ['empty.txt', '', /is no list of classes/],
  ['bytes.txt', Uint8Array.of(0xff, 0xfe, 0), /not text in UTF-8/],
])('refuses %s', async (name, content, message) => {
  await expect(readLabels(file(name, content))).rejects.toThrow(message);
  await expect(readLabels(file(name, content))).rejects.toMatchObject({ code: 'bad-file' });
});
