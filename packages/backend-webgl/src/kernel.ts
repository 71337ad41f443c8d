import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';

/** The context of this package's kernels. */
export interface KernelContext {
  readonly backend: MathBackendWebGL;
}
