/**
 * Labelled images of one size, read by index. Any object with these members can be trained on; `checkDataset` says whether
 * it is sound.
 *
 * @example
 * const noise: Dataset = {
 *   classes: ['dark', 'bright'],
 *   shape: [8, 8, 3],
 *   labels: Uint16Array.of(0, 1),
 *   read: async (indices) =>
 *     Uint8Array.from({ length: indices.length * 8 * 8 * 3 }, (_, i) => indices[Math.floor(i / 192)] * 128),
 * };
 */
export interface Dataset {
  /** Names of the classes; a label is an index into them. */
  readonly classes: readonly string[];
  /** The shape of every image, `[height, width, channels]`, in pixels. */
  readonly shape: readonly [height: number, width: number, channels: number];
  /** The label of each image, `[images]`; its length is the number of images. */
  readonly labels: Uint16Array;
  /** The images at `indices`, in that order: `[batch, height, width, channels]`, RGB or gray, 0 to 255. */
  read(indices: ArrayLike<number>): Promise<Uint8Array>;
  /** Whether reading an image has failed: `read` then gives zeros in its place, and `batches` leaves it out. */
  isBroken?(index: number): boolean;
  /** What each image is recognized by, in order: a training that resumes compares it, and `findTwins` does. */
  identify?(): Promise<readonly ImageIdentity[]>;
}

/** What an image is recognized by. */
export interface ImageIdentity {
  /** Its name, for messages: of a file, its path below the dataset's folder. */
  readonly name: string;
  /** A hash of its content: equal content has equal hashes, others practically never do. */
  readonly content: string;
}
