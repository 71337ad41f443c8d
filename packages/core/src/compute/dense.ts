import * as tf from '@tensorflow/tfjs-core';
import type { Differentiated } from './differentiated.js';

export interface DenseWeights {
  /** [in, out] */
  readonly kernel: tf.Tensor;
  /** [out] */
  readonly bias: tf.Tensor;
}

/** x · kernel + bias: [batch, in] to [batch, out]. */
export function connect(x: tf.Tensor, { kernel, bias }: DenseWeights): tf.Tensor {
  return tf.tidy(() => tf.add(tf.matMul(x as tf.Tensor2D, kernel as tf.Tensor2D), bias));
}

export function differentiateDense(x: tf.Tensor, weights: DenseWeights): Differentiated {
  // tfjs's Wasm matMul is many times slower with its own transposition.
  const transposed = (tensor: tf.Tensor) => tf.transpose(tensor as tf.Tensor2D);
  return {
    y: connect(x, weights),
    saved: [x],
    pull: (dy, needs) => ({
      inputs: [needs.input ? tf.tidy(() => tf.matMul(dy as tf.Tensor2D, transposed(weights.kernel))) : null],
      weights: needs.weights
        ? [
            ['kernel', tf.tidy(() => tf.matMul(transposed(x), dy as tf.Tensor2D))],
            ['bias', tf.sum(dy, 0)],
          ]
        : [],
    }),
  };
}

export function flatten(x: tf.Tensor): tf.Tensor {
  return tf.reshape(x, [x.shape[0] as number, -1]);
}

export function differentiateFlatten(x: tf.Tensor): Differentiated {
  const { shape } = x;
  return { y: flatten(x), saved: [], pull: (dy) => ({ inputs: [tf.reshape(dy, shape)], weights: [] }) };
}
