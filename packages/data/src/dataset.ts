/** Labelled images of one size, read by index. */
export interface Dataset {
  /** Names of the classes; a label is an index into them. */
  readonly classes: readonly string[];
  /** [height, width, channels] of every image, in pixels. */
  readonly shape: readonly [height: number, width: number, channels: number];
  /** The label of each image; its length is the number of images. */
  readonly labels: Uint16Array;
  /** The images at `indices`, in that order: [batch, height, width, channels], RGB, 0 to 255. */
  read(indices: ArrayLike<number>): Promise<Uint8Array>;
  /** Whether an image turned out, when it was read, not to be readable: then its place holds zeros, and batches leave it out. */
  isLost?(index: number): boolean;
}
