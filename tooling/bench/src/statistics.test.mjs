import { describe, expect, it } from 'vitest';
import { distance, quantile, spread } from './statistics.mjs';

describe('statistics', () => {
  it('finds medians and quartiles in any order', () => {
    expect(spread([5, 1, 4, 2, 3])).toEqual({ median: 3, low: 2, high: 4 });
    expect(quantile([1, 2], 0.5)).toBe(1.5);
    expect(spread([7])).toEqual({ median: 7, low: 7, high: 7 });
  });

  it('measures how far results differ, and never accepts NaN or another length', () => {
    expect(distance([1, -4], [1.5, -4])).toEqual({ absolute: 0.5, relative: 0.125 });
    expect(distance([1, 2], [1, Number.NaN]).relative).toBeNaN();
    expect(distance([1, 2], [1]).relative).toBe(Number.POSITIVE_INFINITY);
  });
});
