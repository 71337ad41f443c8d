import type { Role } from '../network/role.js';
import type * as tf from '@tensorflow/tfjs-core';

/** An operation's result and its vector-Jacobian product. */
export interface Vjp {
  readonly y: tf.Tensor;
  /** Tensors among the operation's inputs and result that `backward` reads again. */
  readonly saved: readonly tf.Tensor[];
  /** The batch's moments, of a normalization in training. */
  readonly moments?: Moments;
  /** From the gradient of y to those of the inputs and the weights; new tensors, dy stays the caller's. */
  backward(dy: tf.Tensor, needs: Needs): OpGradients;
}

/** Which gradients are wanted. Those that cost nothing may be given all the same. */
export interface Needs {
  readonly input: boolean;
  readonly weights: boolean;
}

export interface OpGradients {
  /** By input; null where it wasn't asked for. */
  readonly inputs: readonly (tf.Tensor | null)[];
  readonly weights: readonly (readonly [Role, tf.Tensor])[];
}

/** Mean and biased variance of each channel over one batch. */
export interface Moments {
  readonly mean: tf.Tensor;
  readonly variance: tf.Tensor;
}
