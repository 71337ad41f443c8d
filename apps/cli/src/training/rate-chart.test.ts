import type { RatePoint } from '@resnetjs/training';
import { expect, it } from 'vitest';
import { rateChart } from './rate-chart.js';

const point = (step: number, smoothed: number): RatePoint => ({
  ...{ step, learningRate: 1e-6 * 10 ** (step / 10), loss: smoothed + 0.01, smoothed },
});
const falling = Array.from({ length: 50 }, (_, i) => point(i + 1, 2 - i / 50));

it('marks the suggestion on a logarithmic axis', () => {
  const svg = rateChart(falling, 1e-3);
  expect(svg).toMatch(
    /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" .* aria-label="Suggested learning rate: 0\.001">/,
  );
  const [, x] = /class="suggested" d="M([\d.]+) /.exec(svg) as RegExpExecArray;
  const [, tick] = /<text x="([\d.]+)"[^>]*>0\.001</.exec(svg) as RegExpExecArray;
  expect(x).toBe(tick);
});

it.each([
  ['a loss that diverged', [...falling, point(51, Number.NaN)], 1e-3],
  ['one that became infinite', [...falling, point(51, Number.POSITIVE_INFINITY)], 1e-3],
  ['a single step', [point(1, 2)], null],
  ['nothing but NaN', [point(1, Number.NaN)], null],
  ['no change', [point(1, 2), point(2, 2)], null],
])('draws numbers alone for %s', (_, points, suggested) => {
  const svg = rateChart(points, suggested);
  expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  expect(svg).toMatch(/<\/svg>\n$/);
});
