import { kernelNames } from '@resnetjs/backend';
import * as tf from '@tensorflow/tfjs-core';
import type { Vjp } from './vjp.js';
import { optionalKernel } from './optional-kernel.js';

/** dy where y > 0, else 0. */
export function reluGradient(dy: tf.Tensor, y: tf.Tensor): tf.Tensor {
  const [dx] = optionalKernel<[tf.Tensor]>(kernelNames.reluGradient, { dy, y }, {}, () => [
    tf.mul(dy, tf.step(y)),
  ]);
  return dx;
}

/** branch + shortcut and, with `relu`, a ReLU: all of the same shape. */
export function add(branch: tf.Tensor, shortcut: tf.Tensor, relu: boolean): tf.Tensor {
  if (!relu) return tf.add(branch, shortcut);
  const [y] = optionalKernel<[tf.Tensor]>(kernelNames.addRelu, { a: branch, b: shortcut }, {}, () => [
    tf.relu(tf.add(branch, shortcut)),
  ]);
  return y;
}

/** An addition and its VJP: both inputs have the same gradient. */
export function differentiateAdd(branch: tf.Tensor, shortcut: tf.Tensor, relu: boolean): Vjp {
  const y = add(branch, shortcut, relu);
  return {
    y,
    saved: relu ? [y] : [],
    backward: (dy) => {
      const dx = relu ? reluGradient(dy, y) : dy.clone();
      return { inputs: [dx, dx.clone()], weights: [] };
    },
  };
}

/** A ReLU and its VJP. */
export function differentiateRelu(x: tf.Tensor): Vjp {
  const y = tf.relu(x);
  return { y, saved: [y], backward: (dy) => ({ inputs: [reluGradient(dy, y)], weights: [] }) };
}
