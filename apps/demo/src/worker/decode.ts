import { ResNetError } from '@resnetjs/core';
import { decodeImage } from '@resnetjs/data/browser';
import { tell } from './channel.js';
import { holdImages } from './own-images.js';
import { PageError } from './problem.js';
import type { Decoded, Requests } from './protocol.js';

const millisecondsBetweenNews = 100;

/**
 * Decodes the visitor's images, one after the other so that one at a time is in memory in full size. Files that
 * can't be read are left out, with their reasons. Throws PageError where too few are left.
 */
export async function decodeFiles({
  name,
  files,
  classes,
  size,
}: Requests['decode']['ask']): Promise<Decoded> {
  const bytes = size * size * 3;
  const pixels = new Uint8Array(files.length * bytes); // [files, size, size, 3]
  const labels: number[] = [];
  const problems: { name: string; message: string }[] = [];
  let toldAt = 0;
  for (const [index, { file, name, label }] of files.entries()) {
    try {
      pixels.set(await decodeImage(file, [size, size, 3]), labels.length * bytes);
      labels.push(label);
    } catch (error) {
      if (!(error instanceof ResNetError)) throw error;
      problems.push({ name, message: error.message });
    }
    if (performance.now() - toldAt < millisecondsBetweenNews && index + 1 < files.length) continue;
    toldAt = performance.now();
    tell({ event: 'decoding', done: index + 1, of: files.length });
  }
  const found = new Set(labels);
  const missing = classes.filter((_, label) => !found.has(label));
  if (labels.length === 0 || missing.length > 0) {
    const why =
      problems[0] === undefined ? '' : ` The first problem: ${problems[0].name}: ${problems[0].message}`;
    throw new PageError(
      'no-images',
      `No picture of ${missing.map((each) => `“${each}”`).join(', ') || 'any class'} could be read.${why}`,
    );
  }
  const held = { name, classes, size, labels: Uint16Array.from(labels) };
  return holdImages({ ...held, pixels: pixels.slice(0, labels.length * bytes) }, problems);
}
