import { type FusedActivation, fusedActivations, kernelNames } from '@resnetjs/backend';
import * as tf from '@tensorflow/tfjs-core';
import type { Act, Activation } from '../network/types.js';
import type { Vjp } from './vjp.js';
import { optionalKernel, runKernel } from './optional-kernel.js';

interface ActivationFunction {
  apply(x: tf.Tensor): tf.Tensor;
  /** From the gradient of the result y to that of the input, both as y; called inside a `tf.tidy`. */
  gradient(dy: tf.Tensor, y: tf.Tensor): tf.Tensor;
}

/** Every activation, composed of stock operations. */
const functions = {
  relu: {
    apply: (x) => tf.relu(x),
    gradient: (dy, y) => tf.mul(dy, tf.step(y)),
  },
  relu6: {
    // TensorFlow.js's own makes 0 of NaN on Wasm.
    apply: (x) => tf.tidy(() => tf.where(tf.greater(x, 6), 6, tf.relu(x))),
    gradient: (dy, y) => tf.mul(dy, tf.mul(tf.step(y), tf.step(tf.sub(6, y)))),
  },
  sigmoid: {
    apply: (x) => tf.sigmoid(x),
    gradient: (dy, y) => tf.mul(dy, tf.mul(y, tf.sub(1, y))),
  },
} as const satisfies Record<Activation, ActivationFunction>;

/** An activation of each value of x; x itself if it is linear. */
export function activate(activation: Activation | 'linear', x: tf.Tensor): tf.Tensor {
  return activation === 'linear' ? x : functions[activation].apply(x);
}

/** From the gradient of an activation's result y to that of its input; both as y. */
export function gradientThrough(activation: Activation, dy: tf.Tensor, y: tf.Tensor): tf.Tensor {
  const fused = fusedActivations(kernelNames.activationGradient)?.find((each) => each === activation);
  if (fused === undefined) return tf.tidy(() => functions[activation].gradient(dy, y));
  const [dx] = [runKernel(kernelNames.activationGradient, { dy, y }, { activation: fused })].flat();
  return dx as tf.Tensor;
}

/** An activation and its VJP. */
export function differentiateActivation({ activation }: Act, x: tf.Tensor): Vjp {
  const y = activate(activation, x);
  return {
    y,
    saved: [y],
    backward: (dy) => ({ inputs: [gradientThrough(activation, dy, y)], weights: [] }),
  };
}

/** The activation of branch + shortcut: all of the same shape. */
export function add(
  branch: tf.Tensor,
  shortcut: tf.Tensor,
  activation: FusedActivation | 'linear',
): tf.Tensor {
  if (activation === 'linear') return tf.add(branch, shortcut);
  const [y] = optionalKernel(kernelNames.fusedAdd, { a: branch, b: shortcut }, { activation }, () => [
    activate(activation, tf.add(branch, shortcut)),
  ]);
  return y;
}

/** An addition with its activation and its VJP: both inputs have the same gradient. */
export function differentiateAdd(
  branch: tf.Tensor,
  shortcut: tf.Tensor,
  activation: FusedActivation | 'linear',
): Vjp {
  const y = add(branch, shortcut, activation);
  const linear = activation === 'linear';
  return {
    y,
    saved: linear ? [] : [y],
    backward: (dy) => {
      const dx = linear ? dy.clone() : gradientThrough(activation, dy, y);
      return { inputs: [dx, dx.clone()], weights: [] };
    },
  };
}
