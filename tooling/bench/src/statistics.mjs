/** @typedef {{ median: number, low: number, high: number }} Spread the median and both quartiles */

/**
 * The value below which this share of the values lies, interpolated linearly between neighbours.
 * @param {readonly number[]} values
 * @param {number} share
 */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

/**
 * @param {readonly number[]} values
 * @returns {Spread}
 */
export const spread = (values) => ({
  median: quantile(values, 0.5),
  low: quantile(values, 0.25),
  high: quantile(values, 0.75),
});

/**
 * How far two results differ: the largest difference, and that relative to the largest expected value.
 * @param {readonly number[]} expected
 * @param {readonly number[]} actual
 */
export function distance(expected, actual) {
  if (expected.length !== actual.length)
    return { absolute: Number.POSITIVE_INFINITY, relative: Number.POSITIVE_INFINITY };
  const absolute = Math.max(
    ...expected.map((value, index) => Math.abs(value - (actual[index] ?? Number.NaN))),
  );
  return { absolute, relative: absolute / Math.max(...expected.map(Math.abs)) };
}
