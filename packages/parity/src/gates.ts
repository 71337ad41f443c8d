import type { Gate } from './verdict.js';

/**
 * Every tolerance of the suite. A backend is judged by its distance to float64, never to another backend.
 * What good backends reach is in docs/parity.md: the gates are some four times that.
 */
export const gates = {
  /** One operation or block, fed with the truth's own inputs: sums of thousands of float32 products err by some 1e-6. */
  exact: 1e-5,
  /** An optimizer's step and a loss: a few float32 operations a value. */
  update: 2e-6,
  /** Networks of many blocks: so many times what the plainest float32 loses on the same case, measured with it. */
  timesFloor: 4,
  /**
   * The change of all weights in a step of a deep network from the truth's own: a ReLU that falls on the other side
   * costs some 1e-3 of a gradient, and Adam makes as much of the smallest gradient as of the largest.
   */
  forcedChange: 2e-2,
  /** The losses of twenty steps of the pre-activation network that runs freely: Adam, 1.5e-4. */
  freeLoss: 1e-3,
} as const;

/** float16 has 13 bits less than float32; nothing is asked of a result that is half wrong. */
const widening = { 32: 1, 16: 2 ** 13 } as const;
const maxRelativeGate = 0.5;

/** A gate by relative L2 on a backend of this precision. */
export function relativeGate(relativeL2: number, precision: 16 | 32): Gate {
  return { relativeL2: precision === 32 ? relativeL2 : Math.min(relativeL2 * widening[16], maxRelativeGate) };
}

/** A gate for values whose truth is 0, of which no relative error can be told. */
export function zeroGate(absolute: number, precision: 16 | 32): Gate {
  return { absolute: absolute * widening[precision] };
}
