import type { TensorContainer } from '../container.js';

/** Weights that Keras saved, opened. */
export interface KerasFile extends TensorContainer {
  /**
   * `legacy-weights` and `legacy-model`: what Keras 2 wrote into `.h5` files, and Keras 3 still can; `weights`: Keras 3's
   * `.weights.h5`; `keras`: its `.keras` archive.
   */
  readonly kind: 'legacy-weights' | 'legacy-model' | 'weights' | 'keras';
  /** The model's configuration; null for weights alone. */
  readonly config: unknown;
  /** The version of Keras and the backend that saved the file, where it says so. */
  readonly keras: { readonly version?: string; readonly backend?: string };
  /** The layers, in the order of the configuration or of the file; those of a model within the model as `outer/inner`. */
  readonly layers: readonly KerasLayer[];
  /** How many variables were left out: the optimizer's, and other state that isn't a layer's weights. */
  readonly leftOut: number;
}

/** A layer of a file, with the names in `tensors` of its variables, in Keras's order. */
export interface KerasLayer {
  readonly name: string;
  readonly variables: readonly string[];
}
