import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import type { NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';

export interface KernelContext {
  readonly backend: MathBackendWebGL;
  /** TensorFlow.js's own kernel of the same name, on the same inputs or on others. */
  readonly stock: (inputs?: NamedTensorInfoMap) => TensorInfo | TensorInfo[];
}

/** Kernel functions get their inputs and attributes untyped; the names in the table of kernels vouch for them. */
export type Kernel = (context: KernelContext, inputs: never, attrs: never) => TensorInfo | TensorInfo[];
