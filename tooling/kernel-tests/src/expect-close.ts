import { expect } from 'vitest';

/**
 * Expects ‖actual − expected‖ ≤ limit · ‖expected‖; NaN and infinity never pass. float32 rounds by 6e-8 (relative), and sums of
 * a few thousand products lose a few times that, so the default limit of 1e-5 leaves room for rounding, but none for a wrong tap.
 */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, limit = 1e-5): void {
  expect(actual.length).toBe(expected.length);
  let error = 0;
  let norm = 0;
  for (let i = 0; i < actual.length; i++) {
    if (!Number.isFinite(actual[i])) expect.fail(`element ${i} is ${actual[i]}`);
    error += (actual[i]! - expected[i]!) ** 2;
    norm += expected[i]! ** 2;
  }
  expect(Math.sqrt(error)).toBeLessThanOrEqual(limit * Math.sqrt(norm));
}
