import { describe, expect, it } from 'vitest';
import { cosine, exponential, logarithm, sine } from './elementary.js';

const series = (count: number, low: number, high: number) =>
  Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));

describe('sine and cosine', () => {
  it("are JavaScript's within 2e-15", () => {
    for (const degrees of series(2000, -765.3, 801.7)) {
      const angle = ((degrees % 360) * Math.PI) / 180;
      expect(Math.abs(sine(degrees) - Math.sin(angle))).toBeLessThan(2e-15);
      expect(Math.abs(cosine(degrees) - Math.cos(angle))).toBeLessThan(2e-15);
    }
  });

  it('are exact at quarters of a turn', () => {
    expect([-360, -270, -180, -90, 0, 90, 180, 270].map((degrees) => sine(degrees) + 0)).toEqual([
      0, 1, 0, -1, 0, 1, 0, -1,
    ]);
    expect([-270, -180, -90, 0, 90, 180, 270, 360].map((degrees) => cosine(degrees) + 0)).toEqual([
      0, -1, 0, 1, 0, -1, 0, 1,
    ]);
  });
});

describe('exponential', () => {
  it("is JavaScript's within a relative 1e-15", () => {
    for (const x of series(2000, -700, 100)) {
      expect(Math.abs(exponential(x) / Math.exp(x) - 1)).toBeLessThan(1e-15);
    }
    expect(exponential(0)).toBe(1);
  });

  it('is 0 far below', () => {
    expect(exponential(-1e6)).toBe(0);
    expect(exponential(Number.NEGATIVE_INFINITY)).toBe(0);
  });
});

describe('logarithm', () => {
  it("is JavaScript's within 1e-15 of it, or of 1", () => {
    for (const x of series(2000, -30, 30).map(Math.exp)) {
      const error = Math.abs(logarithm(x) - Math.log(x));
      expect(error).toBeLessThan(1e-15 * Math.max(1, Math.abs(Math.log(x))));
    }
    expect(logarithm(1)).toBe(0);
    expect(logarithm(2 ** -23)).toBeCloseTo(-23 * Math.LN2, 14);
  });
});
