import type { Decoded } from './protocol.js';
import { PageError } from './problem.js';

/** Labelled pictures at the network's size. */
export interface Pictures {
  readonly name: string;
  readonly classes: readonly string[];
  /** Height and width, in pixels. */
  readonly size: number;
  readonly labels: Uint16Array<ArrayBuffer>;
  /** [count, size, size, 3], RGB, 0 to 255. */
  readonly pixels: Uint8Array<ArrayBuffer>;
}

let held: Pictures | undefined;

/** They stay in the worker: copying a hundred megabytes would make the page stand still. */
export function holdPictures(pictures: Pictures, problems: Decoded['problems'] = []): Decoded {
  held = pictures;
  return { classes: pictures.classes, count: pictures.labels.length, problems };
}

/** The visitor's pictures. Throws PageError where none were given. */
export function ownPictures(): Pictures {
  if (held === undefined) throw new PageError('no-pictures', 'There are no pictures yet. Give some first.');
  return held;
}
