import type { TensorStatistics } from './protocol.js';

/** What a tensor's values are like; NaN throughout for none. */
export function statisticsOf(values: Float32Array): TensorStatistics {
  let [min, max, sum, zeros] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
    if (value === 0) zeros++;
    sum += value;
  }
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { min, max, mean, std: Math.sqrt(squares / values.length), zeros, count: values.length };
}
