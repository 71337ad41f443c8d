import { describe, expect, it } from 'vitest';
import { compare } from './compare.js';

describe('compare', () => {
  it('measures the errors', () => {
    const comparison = compare('two values', [3, 4.5], [3, 4], { relativeL2: 0.2 });
    expect(comparison).toMatchObject({ passed: true, maxAbsolute: 0.5, maxRelative: 0.125, relativeL2: 0.1 });
    expect(comparison.cosine).toBeCloseTo(27 / (5 * Math.hypot(3, 4.5)), 14);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'never passes %s, on either side',
    (bad) => {
      const wide = { absolute: Number.POSITIVE_INFINITY, relativeL2: Number.POSITIVE_INFINITY };
      expect(compare('a', [1, bad], [1, 1], wide).passed).toBe(false);
      expect(compare('a', [1, 1], [1, bad], wide).passed).toBe(false);
      expect(compare('a', [1, bad], [1, bad], wide).passed).toBe(false);
    },
  );

  it('names the value that is furthest beyond its bound', () => {
    const { message } = compare('logits', [1, 5, 103], [1, 2, 100], { absolute: 0, relative: 0.01 });
    expect(message).toBe('logits: the value at 1 is 5, expected 2 to within 0.0200');
  });

  it('holds each value to its own bound', () => {
    expect(compare('a', [1.4, 2.1], [1, 2], { absolute: [0.5, 0.2] }).passed).toBe(true);
    expect(compare('a', [1.4, 2.1], [1, 2], { absolute: [0.5, 0.05] }).passed).toBe(false);
    expect(compare('a', [1.4, 2.1], [1, 2], { absolute: [0.5] }).passed).toBe(false);
  });

  it('holds all values together to the relative L2', () => {
    expect(compare('a', [1, 1e-3], [1, 0], { relativeL2: 1e-3 }).passed).toBe(true);
    expect(compare('a', [1, 1.01e-3], [1, 0], { relativeL2: 1e-3 }).passed).toBe(false);
    expect(compare('a', [1e-30], [0], { relativeL2: 1e-3 }).passed).toBe(false);
    expect(compare('a', [0], [0], { relativeL2: 0 }).passed).toBe(true);
  });

  it('needs every bound to hold', () => {
    expect(compare('a', [100, 1.5], [100, 1], { relativeL2: 0.1, absolute: 0.1 }).passed).toBe(false);
  });

  it.each([
    ['another count', [1, 2], [1], { absolute: 1 }],
    ['no values', [], [], { absolute: 1 }],
    ['an empty tolerance', [1], [1], {}],
  ])('does not pass %s', (_, actual, expected, tolerance) => {
    expect(compare('a', actual, expected, tolerance).passed).toBe(false);
  });
});

it('the largest relative error is that of negative values, too', () => {
  expect(compare('a', [1, -2.5], [1, -2], { absolute: 1 })).toMatchObject({
    maxRelative: 0.25,
    maxAbsolute: 0.5,
  });
});

it('a list of bounds that is too short does not pass, though the values agree', () => {
  expect(compare('a', [1.4, 2], [1, 2], { absolute: [0.5, 0] }).passed).toBe(true);
  expect(compare('a', [1.4, 2], [1, 2], { absolute: [0.5] }).passed).toBe(false);
});
