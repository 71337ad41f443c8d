import type { FusedActivation } from '@resnetjs/backend';

interface Float64Activation {
  value(x: number): number;
  /** The derivative, as a function of the result y. */
  slope(y: number): number;
}

/** What kernels compute with their results, in float64. */
export const activations: Readonly<Record<FusedActivation | 'linear', Float64Activation>> = {
  linear: { value: (x) => x, slope: () => 1 },
  relu: { value: (x) => Math.max(0, x), slope: (y) => (y > 0 ? 1 : 0) },
  relu6: { value: (x) => Math.min(Math.max(0, x), 6), slope: (y) => (y > 0 && y < 6 ? 1 : 0) },
  sigmoid: { value: (x) => 1 / (1 + Math.exp(-x)), slope: (y) => y * (1 - y) },
};
