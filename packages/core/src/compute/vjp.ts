import type { Role } from '../network/role.js';
import type * as tf from '@tensorflow/tfjs-core';

/** An operation's result and its vector-Jacobian product (VJP). */
export interface Vjp {
  readonly y: tf.Tensor;
  /** Which of the operation's inputs and result `backward` reads. */
  readonly saved: readonly tf.Tensor[];
  /** The batch's moments, for a normalization in training mode. */
  readonly moments?: Moments;
  /** From the gradient of y to the gradients of inputs and weights, as new tensors; dy stays the caller's. */
  backward(dy: tf.Tensor, needs: Needs): OpGradients;
}

/** The VJP of an operation that does nothing. */
export function identity(x: tf.Tensor): Vjp {
  return { y: x.clone(), saved: [], backward: (dy) => ({ inputs: [dy.clone()], weights: [] }) };
}

/** Which gradients are needed; others may be returned too if they cost nothing. */
export interface Needs {
  readonly input: boolean;
  readonly weights: boolean;
}

export interface OpGradients {
  /** By input; null if it isn't needed. */
  readonly inputs: readonly (tf.Tensor | null)[];
  readonly weights: readonly (readonly [Role, tf.Tensor])[];
}

/** The mean and the biased variance of each channel, both [channels]. */
export interface Moments {
  readonly mean: tf.Tensor;
  readonly variance: tf.Tensor;
}
