import * as tf from '@tensorflow/tfjs-core';
import { ResNetError } from '../errors.js';
import type { Dropout } from '../network/types.js';
import type { RandomGenerator } from '../random/random-generator.js';
import type { Vjp } from './vjp.js';

/**
 * Dropout in training, and its VJP. It takes one uniform number for each value of x, or for each example, in order, and
 * keeps what it is for where that is at least the rate: the same values on every backend. Throws `bad-option` without a generator.
 */
export function differentiateDropout(
  { rate, per }: Dropout,
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
  const shape = per === 'value' ? x.shape : x.shape.map((size, axis) => (axis === 0 ? size : 1));
  const count = per === 'value' ? x.size : (x.shape[0] as number);
  const values = Float32Array.from({ length: count }, () => (random.uniform() < rate ? 0 : kept));
  const mask = tf.tensor(values, shape); // as x, or [batch, 1, …]
  return {
    y: tf.mul(x, mask), // as x
    saved: [],
    backward: (dy) => ({ inputs: [tf.mul(dy, mask)], weights: [] }),
  };
}
