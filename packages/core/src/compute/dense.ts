import * as tf from '@tensorflow/tfjs-core';
import type { Differentiated } from './differentiated.js';

interface DenseWeights {
  /** [in, out] */
  readonly kernel: tf.Tensor;
  /** [out] */
  readonly bias: tf.Tensor;
}

/** x · kernel + bias: [batch, in] to [batch, out]. */
export function connect(x: tf.Tensor, { kernel, bias }: DenseWeights): tf.Tensor {
  return tf.tidy(() => tf.add(tf.matMul(x, kernel), bias));
}

export function differentiateDense(x: tf.Tensor, weights: DenseWeights): Differentiated {
  return {
    y: connect(x, weights),
    saved: [x],
    pull: (dy, needs) => ({
      inputs: [needs.input ? tf.matMul(dy, weights.kernel, false, true) : null],
      weights: needs.weights
        ? [
            ['kernel', tf.matMul(x, dy, true)],
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
