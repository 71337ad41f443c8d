import type { Decoded } from './protocol.js';
import { PageError } from './problem.js';

/** Labelled images at the network's size. */
export interface Images {
  readonly name: string;
  readonly classes: readonly string[];
  /** Height and width, in pixels. */
  readonly size: number;
  readonly labels: Uint16Array<ArrayBuffer>;
  /** [count, size, size, 3], RGB, 0 to 255. */
  readonly pixels: Uint8Array<ArrayBuffer>;
}

let held: Images | undefined;

/** They stay in the worker: copying a hundred megabytes would make the page stand still. */
export function holdImages(images: Images, problems: Decoded['problems'] = []): Decoded {
  held = images;
  return { classes: images.classes, count: images.labels.length, problems };
}

/** The visitor's images. Throws PageError where none were given. */
export function ownImages(): Images {
  if (held === undefined) throw new PageError('no-images', 'There are no pictures yet. Give some first.');
  return held;
}
