import type { Interpolation, KerasMode } from '@resnetjs/core';

/** Weights as their source has them in its own table; what is usual there is left out. */
export interface PublishedRow {
  readonly source: 'torchvision' | 'timm' | 'keras';
  /** Of the input, in pixels. */
  readonly side?: number;
  readonly interpolation?: Interpolation;
  readonly cropShare?: number;
  /** In Keras's words: what its `preprocess_input` does. */
  readonly normalization?: KerasMode;
  /** Another size at which timm tests them (`use_test_size`), with a crop of its own. */
  readonly test?: { readonly side: number; readonly cropShare: number };
  /** On ImageNet's validation images, in percent: whether the class is the first, or among the first five. */
  readonly accuracy?: readonly [top1: number, top5: number];
  /** Of the weights, where their source says so. Some are not for commercial use. */
  readonly license?: string;
  /** The first digits of the file's SHA-256. */
  readonly sha256?: string;
  /** The file's MD5. */
  readonly md5?: string;
}
