import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';

export interface KernelContext {
  readonly backend: MathBackendWebGL;
  /** TensorFlow.js's own kernel of the same name, for what ours doesn't cover. */
  readonly stock: () => TensorInfo | TensorInfo[];
}

/** Kernel functions get their inputs and attributes untyped; the names in the table of kernels vouch for them. */
export type Kernel = (context: KernelContext, inputs: never, attrs: never) => TensorInfo | TensorInfo[];

export type { KernelFunc };
