import * as tf from '@tensorflow/tfjs-core';
import type { GlobalPool } from '../network/types.js';
import type { Vjp } from './vjp.js';

/** The mean of each channel's map: [batch, channels], or [batch, 1, 1, channels]. */
export function globalPool({ keepDims }: GlobalPool, x: tf.Tensor): tf.Tensor {
  return tf.mean(x, [1, 2], keepDims);
}

/** A global pooling and its VJP: every pixel gets the same part of the gradient. */
export function differentiateGlobalPool(op: GlobalPool, x: tf.Tensor): Vjp {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const backward = (dy: tf.Tensor) =>
    tf.tidy(() => {
      const share = tf.div(tf.reshape(dy, [batch, 1, 1, channels]), height * width);
      return tf.tile(share, [1, height, width, 1]); // as x
    });
  return { y: globalPool(op, x), saved: [], backward: (dy) => ({ inputs: [backward(dy)], weights: [] }) };
}
