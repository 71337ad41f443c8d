import * as tf from '@tensorflow/tfjs-core';
import type { Vjp } from './vjp.js';

interface DenseWeights {
  readonly kernel: tf.Tensor; // [in, out]
  readonly bias: tf.Tensor; // [out]
}

/** x · kernel + bias: [batch, in] to [batch, out]. */
export function connect(x: tf.Tensor, { kernel, bias }: DenseWeights): tf.Tensor {
  return tf.tidy(() => tf.add(tf.matMul(x, kernel), bias)); // [batch, out]
}

/** A dense layer and its VJP. */
export function differentiateDense(x: tf.Tensor, weights: DenseWeights): Vjp {
  return {
    y: connect(x, weights),
    saved: [x],
    backward: (dy, needs) => ({
      inputs: [needs.input ? tf.matMul(dy, weights.kernel, false, true) : null], // [batch, in]
      weights: needs.weights
        ? [
            ['kernel', tf.matMul(x, dy, true)], // [in, out]
            ['bias', tf.sum(dy, 0)], // [out]
          ]
        : [],
    }),
  };
}

/** All but the batch in one axis. */
export function flatten(x: tf.Tensor): tf.Tensor {
  return tf.reshape(x, [x.shape[0] as number, -1]); // [batch, features]
}

/** A flattening and its VJP. */
export function differentiateFlatten(x: tf.Tensor): Vjp {
  const { shape } = x;
  return { y: flatten(x), saved: [], backward: (dy) => ({ inputs: [tf.reshape(dy, shape)], weights: [] }) };
}
