import { describe, expect, it } from 'vitest';
import { compare } from '../compare.js';
import { adamStart, adamStep, decayed, sgdStart, sgdStep } from './optimizer.js';
import { tensor64 } from './tensor.js';

const start = tensor64([1, -2, 0.5], [3]);
/** The second value's gradient is as small as Adam's epsilon, so it shows where epsilon is added. */
const gradients = [1, 2, 3, 4].map((k) => tensor64([0.1 * k, -1e-7, 3 / k], [3]));

// Expected: Keras 3.15 in float64, four steps. Keras holds its constants in float32, where these are exact.
const learningRate = 2 ** -7;

const exactly = (variable: { readonly data: ArrayLike<number> }, expected: number[]) => {
  const comparison = compare('optimizer', variable.data, expected, { relative: 1e-14 });
  expect(comparison.passed, comparison.message).toBe(true);
};

describe.each([
  [0, [0.9694585455849979, -1.998793136845541, 0.47187857809515515]],
  [2 ** -4, [0.9675293717937326, -1.994890477337092, 0.47092454174211296]],
])('adamStep, decay %d', (decay, expected) => {
  it('steps as Keras does', () => {
    const options = { learningRate, beta1: 0.875, beta2: 1 - 2 ** -10, epsilon: 2 ** -23 };
    const { variable } = gradients.reduce((state, gradient) => {
      const next = adamStep(state, gradient, options);
      return { ...next, variable: decayed(next.variable, state.variable, { learningRate, decay }) };
    }, adamStart(start));
    exactly(variable, expected);
  });
});

describe.each([
  [{}, 0, [0.9857681274414063, -1.9999999931045533, 0.3709564208984375]],
  [{ nesterov: true }, 0, [0.9797346115112304, -1.9999999908414843, 0.3382587432861328]],
  [{}, 2 ** -4, [0.9838218732971314, -1.996096603199875, 0.37006393587492425]],
])('sgdStep, %j, decay %d', (nesterov, decay, expected) => {
  it('steps as Keras does', () => {
    const options = { learningRate, momentum: 0.875, ...nesterov };
    const { variable } = gradients.reduce((state, gradient) => {
      const next = sgdStep(state, gradient, options);
      return { ...next, variable: decayed(next.variable, state.variable, { learningRate, decay }) };
    }, sgdStart(start));
    exactly(variable, expected);
  });
});
