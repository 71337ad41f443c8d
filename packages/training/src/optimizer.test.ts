import '@tensorflow/tfjs-backend-cpu';
import { adam, type Optimizer, type ParameterSettings, sgd } from '@resnetjs/recipe';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { applyGradients, clipGradients, disposeOptimizerState, initialOptimizerState } from './optimizer.js';

beforeAll(() => tf.setBackend('cpu'));

/** Three steps from [1, −2, 0.5] under gradients that differ by step. */
function descend(optimizer: Optimizer, changed: Partial<ParameterSettings>): number[] {
  const settings = new Map([['w', { learningRateFactor: 1, l2: 0, decay: 0, frozen: false, ...changed }]]);
  let weights = new Map([['w', tf.tensor1d([1, -2, 0.5]) as tf.Tensor]]);
  let state = initialOptimizerState(optimizer, weights);
  for (const gradient of gradients) {
    const gradients = new Map([['w', tf.tensor1d(gradient) as tf.Tensor]]);
    const next = applyGradients(optimizer, settings, weights, gradients, state);
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

/** The same in float64, with Keras's formulas (keras.optimizers.Adam, AdamW and SGD). */
function truth(optimizer: Optimizer, { l2 = 0, decay = 0 }: Partial<ParameterSettings>): number[] {
  return [1, -2, 0.5].map((start, index) => {
    let [w, first, second] = [start, 0, 0];
    gradients.forEach((row, done) => {
      const g = (row[index] as number) + 2 * l2 * w;
      if (optimizer.kind === 'sgd') {
        const { momentum, learningRate, nesterov } = optimizer;
        first = momentum * first - learningRate * g;
        w += (nesterov ? momentum * first - learningRate * g : first) - learningRate * decay * w;
        return;
      }
      const t = done + 1;
      first += (g - first) * (1 - optimizer.beta1);
      second += (g * g - second) * (1 - optimizer.beta2);
      const alpha =
        (optimizer.learningRate * Math.sqrt(1 - optimizer.beta2 ** t)) / (1 - optimizer.beta1 ** t);
      w -= (alpha * first) / (Math.sqrt(second) + optimizer.epsilon) + optimizer.learningRate * decay * w;
    });
    return w;
  });
}

describe.each([
  ['adam', adam({ learningRate: 0.01 })],
  ['sgd', sgd({ learningRate: 0.1, momentum: 0.8 })],
  ['sgd with Nesterov', sgd({ learningRate: 0.1, momentum: 0.8, nesterov: true })],
])('%s', (_name, optimizer) => {
  it.each<Partial<ParameterSettings>>([{}, { l2: 0.05 }, { decay: 0.1 }, { decay: 0.1, l2: 0.05 }])(
    'does what Keras does in float64, within 1e-6, with %j',
    (settings) => {
      const tensors = tf.memory().numTensors;
      const expected = truth(optimizer, settings);
      descend(optimizer, settings).forEach((value, index) => {
        expect(Math.abs(value - (expected[index] as number))).toBeLessThan(1e-6);
      });
      expect(tf.memory().numTensors).toBe(tensors);
    },
  );

  it('takes the rate times the factor', () => {
    const { learningRate } = optimizer;
    expect(descend(optimizer, { learningRateFactor: 4 })).toEqual(
      descend({ ...optimizer, learningRate: 4 * learningRate }, {}),
    );
  });

  it('leaves frozen weights as they are, and keeps nothing for them', () => {
    const tensors = tf.memory().numTensors;
    expect(descend(optimizer, { frozen: true, l2: 1 })).toEqual([1, -2, 0.5]);
    expect(tf.memory().numTensors).toBe(tensors);
  });
});

describe('clipping by norm', () => {
  const norms = (largest: number) => {
    const gradients = new Map([
      ['a', tf.tensor1d([3, 0]) as tf.Tensor],
      ['b', tf.tensor2d([[0, -4]]) as tf.Tensor],
    ]);
    const clipped = clipGradients(gradients, largest);
    const values = [...clipped.values()].flatMap((tensor) => [...tensor.dataSync()]);
    tf.dispose([...gradients.values(), ...clipped.values()]);
    return values;
  };

  it('scales all gradients down together, and leaves shorter ones to the bit', () => {
    const tensors = tf.memory().numTensors;
    norms(1).forEach((value, index) => {
      expect(value).toBeCloseTo([0.6, 0, 0, -0.8][index] as number, 6);
    });
    expect(norms(5)).toEqual([3, 0, 0, -4]);
    expect(norms(100)).toEqual([3, 0, 0, -4]);
    expect(tf.memory().numTensors).toBe(tensors);
  });
});
