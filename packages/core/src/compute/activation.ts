import { kernelNames } from '@resnetjs/backend';
import * as tf from '@tensorflow/tfjs-core';
import type { Act, Activation } from '../network/types.js';
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

interface ActivationFunction {
  apply(x: tf.Tensor): tf.Tensor;
  /** From the gradient of the result y to that of the input; both as y. */
  gradient(dy: tf.Tensor, y: tf.Tensor): tf.Tensor;
}

/** Every activation, composed of stock operations but for ReLU's own kernels. */
const functions = {
  relu: { apply: (x) => tf.relu(x), gradient: reluGradient },
  relu6: {
    // TensorFlow.js's own makes 0 of NaN on Wasm.
    apply: (x) => tf.tidy(() => tf.where(tf.greater(x, 6), 6, tf.relu(x))),
    gradient: (dy, y) => tf.tidy(() => tf.mul(dy, tf.mul(tf.step(y), tf.step(tf.sub(6, y))))),
  },
  sigmoid: {
    apply: (x) => tf.sigmoid(x),
    gradient: (dy, y) => tf.tidy(() => tf.mul(dy, tf.mul(y, tf.sub(1, y)))),
  },
} as const satisfies Record<Activation, ActivationFunction>;

/** An activation of each value of x. */
export function activate({ activation }: Act, x: tf.Tensor): tf.Tensor {
  return functions[activation].apply(x);
}

/** An activation and its VJP. */
export function differentiateActivation({ activation }: Act, x: tf.Tensor): Vjp {
  const { apply, gradient } = functions[activation];
  const y = apply(x);
  return { y, saved: [y], backward: (dy) => ({ inputs: [gradient(dy, y)], weights: [] }) };
}
