import * as tf from '@tensorflow/tfjs-core';
import type { Vjp } from './vjp.js';

/** x · factors and its VJP; the factors are as x, or one for each channel of an example, [batch, 1, 1, channels]. */
export function differentiateGate(x: tf.Tensor, factors: tf.Tensor): Vjp {
  const dFactors = (dy: tf.Tensor) =>
    tf.tidy(() => {
      const products = tf.mul(dy, x); // as x
      return factors.size === x.size ? products : tf.sum(products, [1, 2], true); // as factors
    });
  return {
    y: tf.mul(x, factors), // as x
    saved: [x, factors],
    backward: (dy) => ({ inputs: [tf.mul(dy, factors), dFactors(dy)], weights: [] }),
  };
}
