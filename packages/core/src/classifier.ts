import { type InitializeOptions, initialize, type Variables } from './compute/variables.js';
import type { Network } from './network/types.js';

/** How an image's pixels are made of another size's: the filters of `resize` in @resnetjs/data. */
export const resamplings = ['bilinear', 'nearest', 'bicubic'] as const;
export type Resampling = (typeof resamplings)[number];

/** How an image of other proportions is brought to a size: stretched to it, or its shorter side to it and the middle cut out. */
export const fits = ['fill', 'crop'] as const;
export type Fit = (typeof fits)[number];

/** How an image of any size is brought to that of the network. */
export interface Fitting {
  readonly resize: Resampling;
  readonly fit: Fit;
}

/** 'bilinear' and 'fill': what is done where nothing is said, as in files from before it could be said. */
export const defaultFitting: Fitting = { resize: 'bilinear', fit: 'fill' };

/** What is done to an image: brought to size, then its channels, in levels of 0 to 255: (x − mean) / deviation. */
export interface Preprocessing extends Fitting {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** A network that names images: all that is needed to use it, train it on, or write it to a file. */
export interface Classifier {
  readonly network: Network;
  /** Training puts new ones in place of these, and disposes of the old. */
  variables: Variables;
  /** Names by the index of the network's result. */
  readonly classes: readonly string[];
  readonly preprocessing: Preprocessing;
}

/** x / 255, as the course prepares its images; stretched to size. */
export function unitRange(channels = 3): Preprocessing {
  return { mean: Array(channels).fill(0), std: Array(channels).fill(255), ...defaultFitting };
}

export interface CreateClassifierOptions extends InitializeOptions {
  readonly classes: readonly string[];
  /** `unitRange()` where it isn't given. */
  readonly preprocessing?: Preprocessing;
}

/** A classifier with first values for its variables, on the current backend. */
export function createClassifier(network: Network, options: CreateClassifierOptions): Classifier {
  const { classes, preprocessing = unitRange(network.input[2]) } = options;
  return { network, variables: initialize(network, options), classes, preprocessing };
}
