import { expect } from 'vitest';

/**
 * ‖actual − expected‖ ≤ limit·‖expected‖; a NaN or an infinity never passes.
 * float32 keeps 6e-8 of a number; sums of a few thousand products lose a few times that, so that 1e-5, the
 * limit where none is given, leaves room for the rounding and none for a wrong tap.
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
