import { ResNetError } from '@resnetjs/core';
import { loadImage } from '@resnetjs/data/browser';
import { emit } from './channel.js';
import { setOwnImages } from './own-images.js';
import { PageError } from './problem.js';
import type { Decoded, Requests } from './protocol.js';

const millisecondsBetweenEvents = 100;

/**
 * Decodes the visitor's images one after the other, so that only one at a time is in memory at its full size. Files that
 * can't be read are left out and reported. Throws PageError if a class has no image left.
 */
export async function decodeFiles({
  name,
  files,
  classes,
  size,
}: Requests['decode']['params']): Promise<Decoded> {
  const bytes = size * size * 3;
  const pixels = new Uint8Array(files.length * bytes); // [files, size, size, 3]
  const labels: number[] = [];
  const problems: { name: string; message: string }[] = [];
  let emittedAt = 0;
  for (const [index, { file, name, label }] of files.entries()) {
    try {
      pixels.set(await loadImage(file, [size, size, 3]), labels.length * bytes);
      labels.push(label);
    } catch (error) {
      if (!(error instanceof ResNetError)) throw error;
      problems.push({ name, message: error.message });
    }
    if (performance.now() - emittedAt < millisecondsBetweenEvents && index + 1 < files.length) continue;
    emittedAt = performance.now();
    emit({ event: 'decoding', done: index + 1, of: files.length });
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
  const whole = pixels.slice(0, labels.length * bytes);
  return setOwnImages({ name, classes, size, labels: Uint16Array.from(labels), pixels: whole }, problems);
}
