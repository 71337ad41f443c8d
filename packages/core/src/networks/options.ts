import type { Network } from '../network/types.js';

/** The options of every network's builder. */
export interface CommonNetworkOptions {
  /** [height, width, channels] of an image. */
  readonly input?: Network['input'];
  /** The number of classes; null for the features before the classifier. */
  readonly classes?: number | null;
  /** The rate of dropout: in wide residual networks between a block's convolutions, elsewhere before the dense layer. Default: 0. */
  readonly dropout?: number;
  /** The name of the input layer. Default: 'input_1'. */
  readonly inputName?: string;
}

/** What a network has if its options don't say otherwise. */
export interface NetworkDefaults {
  /** [height, width, channels] of an image. */
  readonly input: Network['input'];
  readonly classes: number;
}

/** Options of a network whose last feature map has a 32nd of the image's height and width. */
export interface OutputStrideOptions extends CommonNetworkOptions {
  /**
   * How many pixels of the image, down and right, one of the last feature map stands for. With less than 32 the last
   * stages have no stride, and dilated kernels instead (Yu et al. 2017). Default: 32.
   */
  readonly outputStride?: OutputStride;
}

/** Output strides to choose from. */
export const outputStrides = [8, 16, 32] as const;

/** One of `outputStrides`. */
export type OutputStride = (typeof outputStrides)[number];
