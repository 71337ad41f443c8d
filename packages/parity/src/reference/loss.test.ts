import { describe, expect, it } from 'vitest';
import { compare } from '../compare.js';
import { l2Penalty, softmaxCrossEntropy } from './loss.js';
import { type ReferenceTensor, tensor64 } from './tensor.js';

/** Central differences, whose error with this step is some 1e-10. */
function differences(at: ReferenceTensor, loss: (moved: ReferenceTensor) => number): number[] {
  const step = 1e-5;
  return Array.from(at.data, (value, i) => {
    const moved = (by: number) => loss({ ...at, data: at.data.with(i, value + by) });
    return (moved(step) - moved(-step)) / (2 * step);
  });
}

describe('softmaxCrossEntropy', () => {
  it('of equal logits is the logarithm of the number of classes', () => {
    expect(softmaxCrossEntropy(tensor64([7, 7, 7, 7], [1, 4]), [2]).loss).toBeCloseTo(Math.log(4), 14);
  });

  it('stays finite where exponentials do not', () => {
    const { loss, gradient } = softmaxCrossEntropy(tensor64([2000, 0], [1, 2]), [1]);
    expect(loss).toBe(2000);
    expect([...gradient.data]).toEqual([1, -1]);
  });

  it('has a gradient that agrees with finite differences', () => {
    const logits = tensor64([0.3, -1.2, 2, 1.1, 0.4, -0.7], [2, 3]);
    const { gradient } = softmaxCrossEntropy(logits, [0, 2]);
    const expected = differences(logits, (moved) => softmaxCrossEntropy(moved, [0, 2]).loss);
    const comparison = compare('gradient', gradient.data, expected, { absolute: 1e-9 });
    expect(comparison.passed, comparison.message).toBe(true);
  });
});

describe('l2Penalty', () => {
  it('has a gradient that agrees with finite differences', () => {
    const kernel = tensor64([0.3, -1.2, 2], [3]);
    const { loss, gradient } = l2Penalty(kernel, 0.01);
    expect(loss).toBeCloseTo(0.01 * (0.09 + 1.44 + 4), 14);
    const expected = differences(kernel, (moved) => l2Penalty(moved, 0.01).loss);
    const comparison = compare('gradient', gradient.data, expected, { absolute: 1e-9 });
    expect(comparison.passed, comparison.message).toBe(true);
  });
});
