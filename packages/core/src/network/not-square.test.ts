// A small network in which no two sizes are equal, so that an axis taken for another shows.
import { layers } from '../blocks/layers.js';
import { describe, expect, it } from 'vitest';
import { multiplyAdds, nodeMultiplyAdds } from '../inspect/cost.js';
import { initializers } from './initializer.js';
import { parameters } from './parameters.js';
import { shapes } from './shape.js';
import type { Network, Op } from './types.js';

const he = initializers.heNormal(1);
const stem: readonly Op[] = [
  { op: 'pad', top: 1, bottom: 2, left: 3, right: 5 },
  {
    ...{
      op: 'conv',
      filters: 7,
      kernelSize: [2, 5],
      strides: [1, 3],
      padding: 'valid',
      groups: 1,
      dilations: [1, 1],
    },
    ...{ bias: true, initializer: he },
  },
  { op: 'norm', epsilon: 1e-3, momentum: 0.9, scaleInitializer: { kind: 'ones' }, runningVariance: 'biased' },
  { op: 'pool', mode: 'max', size: [3, 2], strides: [4, 1], padding: 'same' },
  {
    ...{
      op: 'conv',
      filters: 2,
      kernelSize: [3, 1],
      strides: [2, 3],
      padding: 'same',
      groups: 1,
      dilations: [1, 1],
    },
    ...{ bias: false, initializer: initializers.zeros() },
  },
  { op: 'flatten' },
  { op: 'dense', units: 11, activation: 'softmax', initializer: he },
];
const network: Network = {
  name: 'sizes',
  input: [20, 13, 3],
  inputName: 'input_1',
  stem,
  stages: [],
  head: [],
};

describe('a network without two equal sizes', () => {
  it('has these shapes', () => {
    expect(shapes(network)).toEqual([
      [20, 13, 3],
      [23, 21, 3],
      [22, 6, 7], // 23 − 2 + 1; ⌊(21 − 5) / 3⌋ + 1
      [22, 6, 7],
      [6, 6, 7],
      [3, 2, 2],
      [12],
      [11],
    ]);
  });

  it('has these parameters', () => {
    const rows = parameters(network).map(({ id, shape, trainable, initializer, op }) => [
      ...[id, String(shape), trainable, initializer.kind, op],
    ]);
    expect(rows).toEqual([
      ['stem.1.kernel', '2,5,3,7', true, 'heNormal', 'conv'],
      ['stem.1.bias', '7', true, 'zeros', 'conv'],
      ['stem.2.scale', '7', true, 'ones', 'norm'],
      ['stem.2.offset', '7', true, 'zeros', 'norm'],
      ['stem.2.mean', '7', false, 'zeros', 'norm'],
      ['stem.2.variance', '7', false, 'ones', 'norm'],
      ['stem.4.kernel', '3,1,7,2', true, 'zeros', 'conv'],
      ['stem.6.kernel', '12,11', true, 'heNormal', 'dense'],
      ['stem.6.bias', '11', true, 'zeros', 'dense'],
    ]);
  });

  it('has these multiply-adds', () => {
    const expected = [0, 0, 22 * 6 * 7 * (2 * 5 * 3), 0, 0, 3 * 2 * 2 * (3 * 1 * 7), 0, 12 * 11];
    expect(nodeMultiplyAdds(network)).toEqual(expected);
    expect(multiplyAdds(network)).toBe(expected.reduce((a, b) => a + b));
  });
});

describe('the limits of a normalization', () => {
  const norm = layers().norm;
  const withNorm = (epsilon: number, momentum: number) =>
    shapes({ ...network, stem: [{ ...norm, epsilon, momentum }] });

  it('are a momentum of 0 and of 1, and an epsilon above 0', () => {
    expect(withNorm(1e-12, 0)).toHaveLength(2);
    expect(withNorm(1e-3, 1)).toHaveLength(2);
    expect(() => withNorm(0, 0.9)).toThrow('epsilon must be positive');
    expect(() => withNorm(1e-3, 1.001)).toThrow('momentum between 0 and 1');
    expect(() => withNorm(1e-3, -0.001)).toThrow('momentum between 0 and 1');
  });
});
