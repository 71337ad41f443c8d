import * as tf from '@tensorflow/tfjs-core';
import { ResNetError } from '../errors.js';
import type { Dropout } from '../network/types.js';
import type { RandomGenerator } from '../random/random-generator.js';
import type { Vjp } from './vjp.js';

/**
 * Dropout in training, and its VJP. It takes one uniform number for each value of x, in order, and keeps the value where
 * that is at least the rate: the same values on every backend. Throws `bad-option` without a generator.
 */
export function differentiateDropout(
  { rate }: Dropout,
  x: tf.Tensor,
  random: RandomGenerator | undefined,
): Vjp {
  if (random === undefined) {
    throw new ResNetError(
      'bad-option',
      'The network has dropout, which takes random numbers in training: pass `random`, a RandomGenerator.',
    );
  }
  const kept = 1 / (1 - rate);
  const values = Float32Array.from({ length: x.size }, () => (random.uniform() < rate ? 0 : kept));
  const mask = tf.tensor(values, x.shape); // as x
  return {
    y: tf.mul(x, mask), // as x
    saved: [],
    backward: (dy) => ({ inputs: [tf.mul(dy, mask)], weights: [] }),
  };
}
