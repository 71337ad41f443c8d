import type { ResNetError } from '../errors.js';
import type { Fitting } from './fitting.js';

/** Images in an order of their own, which are read as they are needed. */
export interface ImageSource {
  /** What each image is called, such as its path: each name once. */
  readonly ids: readonly string[];
  /** The images [from, to) in batches, in their order, the next ones read while one is used. */
  batches(options: ImageBatchOptions): AsyncIterable<ImageBatch>;
}

/** Options of an `ImageSource`'s `batches`. */
export interface ImageBatchOptions {
  /** To which every image is brought, as by `fitImage`. */
  readonly shape: readonly [height: number, width: number, channels: number];
  readonly fitting: Fitting;
  readonly batchSize: number;
  /** The first image's index. Default: 0. */
  readonly from?: number;
  /** The index after the last image's. Default: their number. */
  readonly to?: number;
}

/** Images that were read: all of a batch, or the rest at the end. */
export interface ImageBatch {
  readonly ids: readonly string[];
  /** `[ids.length, height, width, channels]`, 0 to 255; zeros in place of those that failed. */
  readonly images: Uint8Array;
  readonly failures: readonly ImageFailure[];
}

/** An image that can't be read. */
export interface ImageFailure {
  /** Its place in the batch. */
  readonly position: number;
  readonly error: ResNetError;
}
