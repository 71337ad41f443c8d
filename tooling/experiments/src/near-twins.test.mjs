import { expect, it } from 'vitest';
import { distance, groupNearTwins, thumbnail } from './near-twins.mjs';
import { stratifiedFolds } from './stratified-folds.mjs';

/** @param {(x: number, y: number) => number} level */
function image(level) {
  const pixels = new Uint8Array(32 * 32 * 3);
  for (let y = 0; y < 32; y++) {
    for (let x = 0; x < 32; x++) pixels.fill(level(x, y), (y * 32 + x) * 3, (y * 32 + x + 1) * 3);
  }
  return thumbnail(pixels, [32, 32, 3]);
}

const across = image((x) => 4 * x);

it('finds an image near its twin of another exposure, and far from others', () => {
  const brighter = image((x) => 20 + 5 * x);
  const down = image((_, y) => 4 * y);
  const mirrored = image((x) => 124 - 4 * x);
  expect(distance(across, brighter)).toBeLessThan(1e-12);
  expect(distance(across, down)).toBeCloseTo(Math.SQRT2, 12);
  expect(distance(across, mirrored)).toBeCloseTo(2, 12);
  expect(
    distance(
      image(() => 7),
      across,
    ),
  ).toBeCloseTo(1, 12); // an even image has no thumbnail but zeros
});

it('groups what is near to what is near', () => {
  const values = [0, 10, 0.5, 1, 11].map((value) => Float64Array.of(value));
  expect(groupNearTwins(values, 0.6)).toEqual([0, 1, 0, 0, 4]);
  expect(groupNearTwins(values, 1.5)).toEqual([0, 1, 0, 0, 1]);
});

it('keeps groups together in folds of equal shares of each class', () => {
  const labels = Array.from({ length: 60 }, (_, index) => (index < 40 ? 0 : 1));
  const groups = labels.map((_, index) => (index % 40 < 8 ? index - (index % 4) : index));
  const folds = stratifiedFolds(labels, groups, { count: 5, seed: 1 });
  expect(folds.flat().sort((a, b) => a - b)).toEqual([...labels.keys()]);
  for (const fold of folds) {
    expect(fold.filter((index) => labels[index] === 0)).toHaveLength(8);
    expect(fold.filter((index) => labels[index] === 1)).toHaveLength(4);
    for (const index of fold) expect(fold).toContain(groups[index]);
  }
  expect(stratifiedFolds(labels, groups, { count: 5, seed: 1 })).toEqual(folds);
  expect(stratifiedFolds(labels, groups, { count: 5, seed: 2 })).not.toEqual(folds);
});
