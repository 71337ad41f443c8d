import { describe, expect, it } from 'vitest';
import { mergeCurves, thin } from './merge-curves.js';

describe('mergeCurves', () => {
  it('puts curves with steps of their own over all steps', () => {
    const loss = { steps: [1, 2, 3], values: [3, 2, 1] };
    const evaluated = { steps: [2, 4], values: [0.5, 0.75] };
    expect(mergeCurves([loss, evaluated])).toEqual([
      [1, 2, 3, 4],
      [3, 2, 1, null],
      [null, 0.5, null, 0.75],
    ]);
  });

  it('leaves room for axes where there is no value yet', () => {
    expect(mergeCurves([{ steps: [], values: [] }])).toEqual([
      [0, 100],
      [null, null],
    ]);
  });
});

describe('thin', () => {
  const curve = (length: number) => {
    const steps = Array.from({ length }, (_, i) => i + 1);
    return { steps, values: steps.map((step) => 10 * step) };
  };

  it('leaves a short curve as it is', () => {
    expect(thin(curve(400))).toEqual(curve(400));
  });

  it.each([401, 1000, 12_345])(
    'thins %i points to what a chart has room for, the newest among them',
    (length) => {
      const { steps, values } = thin(curve(length));
      expect(steps.length).toBeLessThanOrEqual(400);
      expect(steps.length).toBeGreaterThan(200);
      expect(steps.at(-1)).toBe(length);
      expect(values).toEqual(steps.map((step) => 10 * step));
    },
  );
});
