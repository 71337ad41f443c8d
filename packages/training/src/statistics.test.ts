import '@tensorflow/tfjs-backend-cpu';
import {
  disposeTensors,
  disposeTrainingPass,
  forwardTraining,
  type Network,
  type Norm,
  type ParameterId,
  type TensorMap,
} from '@resnetjs/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { updateStatistics } from './statistics.js';

beforeAll(() => tf.setBackend('cpu'));

/** One normalization. */
const normalization = (runningVariance: Norm['runningVariance'], input: readonly number[]): Network => ({
  name: 'normalization',
  input: input as Network['input'],
  inputName: 'input_1',
  stem: [{ op: 'norm', epsilon: 1e-3, momentum: 0.99, scaleInitializer: { kind: 'ones' }, runningVariance }],
  stages: [],
  head: [],
});

// Printed by tooling/goldens/running_statistics.py: Keras 3.15.1, PyTorch 2.13.0, float64.
const keras = { mean: [0.25375, -0.9775], variance: [1.51171875, 0.793125] };
const torch = { mean: keras.mean, variance: [1.520625, 0.81] };
/** Sums of a few float32 numbers of size 1. */
const tolerance = 2e-7;

describe('updateStatistics', () => {
  it.each([
    ['biased', 'Keras 3', keras],
    ['unbiased', 'PyTorch', torch],
  ] as const)('with a running variance that is %s does what %s does', (runningVariance, _, expected) => {
    const tensors = tf.memory().numTensors;
    const updated = afterOneBatch(runningVariance);
    expect(maxDifference(updated.mean, expected.mean)).toBeLessThan(tolerance);
    expect(maxDifference(updated.variance, expected.variance)).toBeLessThan(tolerance);
    // They differ: the batch's variance counts 4/3 as much in a batch of four pixels.
    expect(maxDifference(torch.variance, keras.variance)).toBeGreaterThan(5e-3);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('of a single value takes its variance for 0, either way', () => {
    for (const runningVariance of ['biased', 'unbiased'] as const) {
      const { variance } = afterOneBatch(runningVariance, { pixels: [3, -1], shape: [1, 1, 1, 2] });
      expect(maxDifference(variance, [0.99 * 1.5, 0.99 * 0.75])).toBeLessThan(tolerance);
    }
  });
});

const batch = { pixels: [1, -2, 3, 0.5, 0, 4, -1.5, 2.5], shape: [2, 2, 1, 2] as const };

/** The running statistics after the script's batch, or another, from the script's old ones. */
function afterOneBatch(
  runningVariance: Norm['runningVariance'],
  { pixels, shape }: { pixels: number[]; shape: readonly [number, number, number, number] } = batch,
) {
  const network = normalization(runningVariance, shape.slice(1));
  const tensor = (id: string, values: number[]): [ParameterId, tf.Tensor] => [id, tf.tensor1d(values)];
  const weights: TensorMap = new Map([tensor('stem.0.scale', [1, 1]), tensor('stem.0.offset', [0, 0])]);
  const statistics: TensorMap = new Map([
    tensor('stem.0.mean', [0.25, -1]),
    tensor('stem.0.variance', [1.5, 0.75]),
  ]);
  const images = tf.tensor4d(pixels, [...shape]);
  const pass = forwardTraining(network, { weights, statistics }, images);
  const updated = updateStatistics(network, statistics, pass);
  const values = (id: ParameterId) => Array.from(updated.get(id)?.dataSync() ?? []);
  const result = { mean: values('stem.0.mean'), variance: values('stem.0.variance') };
  images.dispose();
  disposeTrainingPass(pass);
  for (const map of [weights, statistics, updated]) disposeTensors(map);
  return result;
}

function maxDifference(actual: readonly number[], expected: readonly number[]): number {
  if (actual.length !== expected.length) return Number.NaN;
  return actual.reduce((max, value, i) => Math.max(max, Math.abs(value - (expected[i] as number))), 0);
}
