import '@tensorflow/tfjs-backend-cpu';
import { initializers, type Parameter, ResNetError } from '@resnetjs/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  adam,
  disposeOptimizerState,
  initialOptimizerState,
  type Optimizer,
  sgd,
  applyGradients,
} from './optimizer.js';

beforeAll(() => tf.setBackend('cpu'));

const weight: Parameter = {
  id: 'w',
  site: { part: 'stem', index: 0 },
  role: 'kernel',
  shape: [3],
  trainable: true,
  initializer: initializers.zeros(),
  l2: 0,
};

/** Three steps from [1, −2, 0.5] under gradients that differ by step. */
function descend(optimizer: Optimizer, l2: number): number[] {
  let weights = new Map([['w', tf.tensor1d([1, -2, 0.5]) as tf.Tensor]]);
  let state = initialOptimizerState(optimizer, weights);
  for (const gradient of gradients) {
    const gradients = new Map([['w', tf.tensor1d(gradient) as tf.Tensor]]);
    const next = applyGradients(optimizer, [{ ...weight, l2 }], weights, gradients, state);
    tf.dispose([...weights.values(), ...gradients.values()]);
    disposeOptimizerState(state);
    weights = new Map(next.weights);
    state = next.state;
  }
  const result = [...(weights.get('w') as tf.Tensor).dataSync()];
  tf.dispose([...weights.values()]);
  disposeOptimizerState(state);
  return result;
}

const gradients = [
  [0.1, -0.2, 1e-6],
  [0.3, 0.4, 0],
  [-0.5, 0.6, 2e-6],
];

/** The same in float64, with Keras's formulas (keras.optimizers.Adam and SGD). */
function truth(optimizer: Optimizer, l2: number): number[] {
  return [1, -2, 0.5].map((start, index) => {
    let [w, first, second] = [start, 0, 0];
    gradients.forEach((row, done) => {
      const g = (row[index] as number) + 2 * l2 * w;
      if (optimizer.kind === 'sgd') {
        first = optimizer.momentum * first - optimizer.learningRate * g;
        w += first;
        return;
      }
      const t = done + 1;
      first += (g - first) * (1 - optimizer.beta1);
      second += (g * g - second) * (1 - optimizer.beta2);
      const alpha =
        (optimizer.learningRate * Math.sqrt(1 - optimizer.beta2 ** t)) / (1 - optimizer.beta1 ** t);
      w -= (alpha * first) / (Math.sqrt(second) + optimizer.epsilon);
    });
    return w;
  });
}

describe.each([
  ['adam', adam({ learningRate: 0.01 })],
  ['sgd', sgd({ learningRate: 0.1, momentum: 0.8 })],
])('%s', (_name, optimizer) => {
  it.each([0, 0.05])('does what Keras does in float64, within 1e-6, with an L2 penalty of %d', (l2) => {
    const tensors = tf.memory().numTensors;
    const expected = truth(optimizer, l2);
    descend(optimizer, l2).forEach((value, index) => {
      expect(Math.abs(value - (expected[index] as number))).toBeLessThan(1e-6);
    });
    expect(tf.memory().numTensors).toBe(tensors);
  });
});

describe('options', () => {
  it.each([Number.NaN, 0, -1, Number.POSITIVE_INFINITY])('refuses a learning rate of %d', (learningRate) => {
    expect(() => adam({ learningRate })).toThrow(ResNetError);
    expect(() => adam({ learningRate })).toThrow(/learningRate is .*; it must be a positive number/);
  });

  it('refuses a momentum of 1', () => {
    expect(() => sgd({ momentum: 1 })).toThrow(/at least 0 and less than 1/);
  });
});
