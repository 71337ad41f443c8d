import { describe, expect, it } from 'vitest';
import { compare } from '../compare.js';
import { adamStart, adamStep, sgdStart, sgdStep } from './optimizer.js';
import { tensor64 } from './tensor.js';

const start = tensor64([1, -2, 0.5], [3]);
/** The second value's gradient is as small as Adam's epsilon, so it shows where epsilon is added. */
const gradients = [1, 2, 3, 4].map((k) => tensor64([0.1 * k, -1e-7, 3 / k], [3]));

// Expected: Keras 3.15 in float64, four steps. Keras holds its constants in float32, where these are exact.
const learningRate = 2 ** -7;

describe('adamStep', () => {
  it('steps as Keras does', () => {
    const options = { learningRate, beta1: 0.875, beta2: 1 - 2 ** -10, epsilon: 2 ** -23 };
    const { variable } = gradients.reduce(
      (state, gradient) => adamStep(state, gradient, options),
      adamStart(start),
    );
    const comparison = compare(
      'adam',
      variable.data,
      [0.9694585455849979, -1.998793136845541, 0.47187857809515515],
      { relative: 1e-14 },
    );
    expect(comparison.passed, comparison.message).toBe(true);
  });
});

describe('sgdStep', () => {
  it('steps as Keras does', () => {
    const options = { learningRate, momentum: 0.875 };
    const { variable } = gradients.reduce(
      (state, gradient) => sgdStep(state, gradient, options),
      sgdStart(start),
    );
    const comparison = compare(
      'sgd',
      variable.data,
      [0.9857681274414063, -1.9999999931045533, 0.3709564208984375],
      { relative: 1e-14 },
    );
    expect(comparison.passed, comparison.message).toBe(true);
  });
});
