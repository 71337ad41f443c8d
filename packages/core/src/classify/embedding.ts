import * as tf from '@tensorflow/tfjs-core';
import { forward } from '../compute/forward.js';
import { ResNetError } from '../errors.js';
import type { Network } from '../network/types.js';
import { splitNetwork } from '../networks/split-network.js';
import { truncate } from '../networks/truncate.js';
import type { Model } from '../rewrite/fold.js';

/** Where a network's features are taken: before its last layer, or after a stage, counted from 1. */
export type EmbeddingPlace = 'head' | `stage${number}`;

/** The network up to a place. Throws `bad-option` for one that it doesn't have. */
export function embeddingNetwork(network: Network, at: EmbeddingPlace): Network {
  if (at === 'head') {
    const last = network.head.findLastIndex(({ op }) => op === 'dense');
    if (last > 0) return splitNetwork(network, { part: 'head', index: last - 1 }).first;
    return truncate(network, network.stages.length - 1);
  }
  const stage = Number(/^stage([1-9]\d?)$/.exec(at)?.[1]);
  if (stage <= network.stages.length) return truncate(network, stage - 1);
  throw new ResNetError(
    'bad-option',
    `${network.name} has no place ${at}: its features are taken at head, or at stage1 to stage${network.stages.length}.`,
    { at },
  );
}

/** Features of images [batch, height, width, channels], [batch, features]: the mean over a map; of length 1 if asked for. */
export function embed({ network, variables }: Model, images: tf.Tensor4D, normalize: boolean): tf.Tensor {
  return tf.tidy(() => {
    const features = forward(network, variables, images);
    const flat = features.rank === 4 ? tf.mean(features, [1, 2]) : features;
    return normalize ? tf.divNoNan(flat, tf.sqrt(tf.sum(tf.square(flat), 1, true))) : flat;
  });
}
