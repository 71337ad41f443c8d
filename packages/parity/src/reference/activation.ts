import type { Activation } from '@resnetjs/core';

interface ReferenceActivation {
  value(x: number): number;
  /** The derivative; at a kink, that of the flat side. */
  slope(x: number): number;
  /** Where the derivative jumps. */
  readonly kinks: readonly number[];
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** Every activation in float64. */
export const activations = {
  relu: { value: (x) => Math.max(x, 0), slope: (x) => (x > 0 ? 1 : 0), kinks: [0] },
  relu6: { value: (x) => Math.min(Math.max(x, 0), 6), slope: (x) => (x > 0 && x < 6 ? 1 : 0), kinks: [0, 6] },
  sigmoid: { value: sigmoid, slope: (x) => sigmoid(x) * (1 - sigmoid(x)), kinks: [] },
} as const satisfies Record<Activation, ReferenceActivation>;
