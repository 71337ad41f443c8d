import { type Classifier, type Network, preprocess } from '@resnetjs/core';
import type { Batch, Dataset } from '@resnetjs/data';
import type * as tf from '@tensorflow/tfjs-core';

/** Images, and how they become the input of a network, or of the part of one that learns. */
export interface Inputs {
  /** The images; where their features are kept, what stands for them. */
  readonly data: Dataset;
  readonly network: Network;
  /** The network's input for a batch of the data, `[batch, height, width, channels]`; the caller disposes of it. */
  readonly inputOf: (batch: Pick<Batch, 'images' | 'indices'>) => tf.Tensor;
  /** Of features that are kept. */
  readonly bytes: number;
}

/** Images as a classifier's network takes them. */
export function imageInputs(
  classifier: Pick<Classifier, 'network' | 'preprocessing'>,
  data: Dataset,
): Inputs {
  const inputOf: Inputs['inputOf'] = ({ images }) => preprocess(classifier, images);
  return { data, network: classifier.network, inputOf, bytes: 0 };
}
