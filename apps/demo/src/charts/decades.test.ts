import { describe, expect, it } from 'vitest';
import { asPower, decadesAround, decadeTicks } from './decades.js';

describe('a logarithmic axis', () => {
  it('ends at whole powers of ten around the values', () => {
    expect(decadesAround([3e-12, 0.04, 2])).toEqual([1e-12, 10]);
  });

  it('spans at least three decades, and ignores zero and null', () => {
    expect(decadesAround([0.2, 0.9, null, 0])).toEqual([1e-3, 1]);
    expect(decadesAround([])).toEqual([1e-3, 1]);
  });

  it.each([
    [[1e-3, 1], 4],
    [[1e-12, 1], 7],
    [[1e-30, 10], 7],
  ] as const)('divides %j by %i ticks', ([low, high], count) => {
    const ticks = decadeTicks([low, high]);
    expect(ticks).toHaveLength(count);
    expect(ticks.at(-1)).toBe(high);
    for (const tick of ticks) expect(Math.log10(tick) % 1).toBeCloseTo(0, 9);
  });

  it('labels its ticks', () => {
    expect([1e-12, 1e-3, 1, 10, 1e10].map(asPower)).toEqual(['10⁻¹²', '10⁻³', '1', '10¹', '10¹⁰']);
  });
});
