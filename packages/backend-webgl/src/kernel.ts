import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';

/** What a kernel of this package runs with. */
export interface KernelContext {
  readonly backend: MathBackendWebGL;
}
