import type { Tolerance } from './compare.js';

/**
 * Every tolerance of the suite. A backend is compared with float64, never with another backend.
 * The errors that good backends reach are in docs/parity.md; the tolerances are some four times those.
 */
export const tolerances = {
  /** One operation or block on the reference's own inputs: sums of thousands of float32 products are off by some 1e-6. */
  exact: 1e-5,
  /** An optimizer's step or a loss: a few float32 operations per value. */
  update: 2e-6,
  /** Networks of many blocks: this many times the error of plain float32, measured on the same case. */
  timesFloor: 4,
  /**
   * The change of all weights in a step of a deep network from the reference's own state: a ReLU that falls on the
   * other side costs some 1e-3 of a gradient, and Adam makes as much of the smallest gradient as of the largest.
   */
  forcedChange: 2e-2,
  /** The losses of twenty free steps of the pre-activation network with Adam, 1.5e-4. */
  freeLoss: 1e-3,
} as const;

/** float16 has 13 bits less than float32. */
const widening = { 32: 1, 16: 2 ** 13 } as const;
/** A wider tolerance would pass results that are half wrong. */
const maxRelativeTolerance = 0.5;

/** A tolerance on the relative L2 error of a backend of this precision, in bits. */
export function relativeTolerance(relativeL2: number, precision: 16 | 32): Tolerance {
  return {
    relativeL2: precision === 32 ? relativeL2 : Math.min(relativeL2 * widening[16], maxRelativeTolerance),
  };
}

/** A tolerance for values that should be 0, which have no relative error. */
export function zeroTolerance(absolute: number, precision: 16 | 32): Tolerance {
  return { absolute: absolute * widening[precision] };
}
