import { expect, it } from 'vitest';
import { resolveClassWeights, targetsOf } from './targets.js';

const plain = { labelSmoothing: 0, classWeights: null };
const rows = (targets: Float32Array | null, classes: number) =>
  Array.from({ length: (targets?.length ?? 0) / classes }, (_, row) =>
    [...(targets as Float32Array).subarray(row * classes, (row + 1) * classes)].map(
      (value) => Math.round(value * 1e6) / 1e6,
    ),
  );

it('labels alone need no targets', () => {
  expect(targetsOf({ labels: Uint16Array.of(0, 2) }, 3, plain)).toBeNull();
});

it('smoothing spreads a share of each label evenly over all classes', () => {
  const targets = targetsOf({ labels: Uint16Array.of(1, 3) }, 4, { ...plain, labelSmoothing: 0.2 });
  expect(rows(targets, 4)).toEqual([
    [0.05, 0.85, 0.05, 0.05],
    [0.05, 0.05, 0.05, 0.85],
  ]);
});

it('a mixed image has its share of both labels, each weighed by its class', () => {
  const batch = {
    labels: Uint16Array.of(0, 1, 2),
    partners: Uint16Array.of(2, 1, 0),
    shares: Float32Array.of(0.75, 0.5, 1),
  };
  expect(rows(targetsOf(batch, 3, plain), 3)).toEqual([
    [0.75, 0, 0.25],
    [0, 1, 0],
    [0, 0, 1],
  ]);
  expect(rows(targetsOf(batch, 3, { ...plain, classWeights: [2, 1, 4] }), 3)).toEqual([
    [1.5, 0, 1],
    [0, 1, 0],
    [0, 0, 4],
  ]);
});

it('balanced class weights give every class the same weight in sum', () => {
  const labels = Uint16Array.of(0, 0, 0, 1, 2, 2);
  const classes = ['a', 'b', 'c'];
  const weights = resolveClassWeights({ classWeights: 'balanced' }, labels, classes) ?? [];
  expect(weights).toEqual([6 / 9, 2, 1]);
  expect([...labels].reduce((sum, label) => sum + (weights[label] as number), 0)).toBeCloseTo(6, 12);
  expect(resolveClassWeights({}, labels, classes)).toBeNull();
  expect(() => resolveClassWeights({ classWeights: [1, 2] }, labels, classes)).toThrow(
    'There are 2 class weights for 3 classes: give one for each, in the order a, b, c.',
  );
});
