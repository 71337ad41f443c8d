import { type Fitting, ResNetError } from '@resnetjs/core';
import { contentHash, type ImageIdentity, listed } from '@resnetjs/data';
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
  fitting,
}: Omit<Requests['decode']['params'], 'forModel'> & { readonly fitting?: Fitting }): Promise<Decoded> {
  const bytes = size * size * 3;
  const pixels = new Uint8Array(files.length * bytes); // [files, size, size, 3]
  const labels: number[] = [];
  const heldOut: number[] = [];
  const identities: ImageIdentity[] = [];
  const problems: { name: string; message: string }[] = [];
  let emittedAt = 0;
  for (const [index, { file, name, label, unseen }] of files.entries()) {
    try {
      const content = await read(file);
      pixels.set(await loadImage(content, [size, size, 3], fitting), labels.length * bytes);
      labels.push(label);
      heldOut.push(unseen ? 1 : 0);
      identities.push({ name, content: contentHash(content) });
    } catch (error) {
      if (!(error instanceof ResNetError)) throw error;
      problems.push({ name, message: error.message });
    }
    if (performance.now() - emittedAt < millisecondsBetweenEvents && index + 1 < files.length) continue;
    emittedAt = performance.now();
    emit({ event: 'decoding', done: index + 1, of: files.length });
  }
  const found = new Set(labels.filter((_, at) => heldOut[at] === 0));
  const missing = classes.filter((_, label) => !found.has(label));
  if (labels.length === 0 || missing.length > 0) {
    const why =
      problems[0] === undefined ? '' : ` The first problem: ${problems[0].name}: ${problems[0].message}`;
    throw new PageError(
      'no-images',
      `No picture of ${listed(missing.map((each) => `“${each}”`)) || 'any class'} could be read.${why}`,
    );
  }
  const images = {
    name,
    classes,
    size,
    labels: Uint16Array.from(labels),
    pixels: pixels.slice(0, labels.length * bytes),
    identities,
    ...(heldOut.includes(1) && { unseen: Uint8Array.from(heldOut) }),
  };
  return setOwnImages(images, problems);
}

/** A file's bytes. Throws `file-system` for one that was moved, changed or removed since it was given. */
async function read(file: Blob): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (cause) {
    if (!(cause instanceof DOMException)) throw cause;
    const message = `The file can't be read any more: ${cause.message}`;
    throw new ResNetError('file-system', message, {}, { cause });
  }
}
