import type { Role } from '../network/parameters.js';
import type * as tf from '@tensorflow/tfjs-core';

/** What an operation gives where the way back will be asked for: its result, and that way. */
export interface Differentiated {
  readonly y: tf.Tensor;
  /** Tensors among the operation's inputs and result that `pull` reads again. */
  readonly saved: readonly tf.Tensor[];
  /** The batch's moments, of a normalization in training. */
  readonly moments?: Moments;
  /** From the gradient of y to those of the inputs and the weights; new tensors, dy stays the caller's. */
  pull(dy: tf.Tensor, needs: Needs): Pulled;
}

/** Which gradients are wanted. Those that cost nothing may be given all the same. */
export interface Needs {
  readonly input: boolean;
  readonly weights: boolean;
}

export interface Pulled {
  /** By input; null where it wasn't asked for. */
  readonly inputs: readonly (tf.Tensor | null)[];
  readonly weights: readonly (readonly [Role, tf.Tensor])[];
}

/** Mean and biased variance of each channel over one batch. */
export interface Moments {
  readonly mean: tf.Tensor;
  readonly variance: tf.Tensor;
}
