import type { ImageIdentity } from '@resnetjs/data';
import { PageError } from './problem.js';
import type { Decoded } from './protocol.js';

/** Labelled images at the network's input size. */
export interface Images {
  readonly name: string;
  readonly classes: readonly string[];
  /** Height and width, in pixels. */
  readonly size: number;
  readonly labels: Uint16Array<ArrayBuffer>;
  /** [count, size, size, 3], RGB, 0 to 255. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** What the files are recognized by. Default: their pixels. */
  readonly identities?: readonly ImageIdentity[];
  /** For each image, 1 if it is held out for validation. Default: a share of each class is. */
  readonly unseen?: Uint8Array<ArrayBuffer>;
}

let current: Images | undefined;

/** Stores the visitor's images. They stay in the worker: copying a hundred megabytes would freeze the page. */
export function setOwnImages(images: Images, problems: Decoded['problems'] = []): Decoded {
  current = images;
  return { classes: images.classes, count: images.labels.length, problems, duplicates: null };
}

/** The visitor's images. Throws PageError if there are none. */
export function ownImages(): Images {
  if (current === undefined) throw new PageError('no-images', 'There are no pictures yet. Give some first.');
  return current;
}
