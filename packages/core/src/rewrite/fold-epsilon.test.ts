import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { forward } from '../compute/forward.js';
import { createVariables, disposeVariables } from '../compute/variables.js';
import { initializers } from '../network/initializer.js';
import type { Conv, Network } from '../network/types.js';
import { RandomGenerator } from '../random/random-generator.js';
import { foldBatchNorm } from './fold.js';

beforeAll(() => tf.setBackend('cpu'));

const conv = (filters: number, bias: boolean): Conv => ({
  ...{
    op: 'conv',
    filters,
    kernelSize: [3, 2],
    strides: [1, 2],
    padding: 'same',
    groups: 1,
    dilations: [1, 1],
    bias,
  },
  ...{ initializer: initializers.zeros(), l2: 0 },
});

it('folds each normalization with its own epsilon, which here is most of what it divides by', () => {
  const network: Network = {
    ...{ name: 'epsilons', input: [5, 8, 3], inputName: 'input_1', stages: [], head: [] },
    stem: [
      conv(4, true),
      {
        op: 'norm',
        epsilon: 0.5,
        momentum: 0.9,
        scaleInitializer: { kind: 'ones' },
        runningVariance: 'biased',
      },
      conv(5, false),
      {
        op: 'norm',
        epsilon: 1e-5,
        momentum: 0.9,
        scaleInitializer: { kind: 'ones' },
        runningVariance: 'biased',
      },
      {
        op: 'norm',
        epsilon: 2,
        momentum: 0.9,
        scaleInitializer: { kind: 'ones' },
        runningVariance: 'biased',
      },
    ],
  };
  const random = RandomGenerator.stateless(14);
  const variables = createVariables(network, ({ role, shape }) =>
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () =>
      role === 'variance' ? 0.01 + 0.1 * random.uniform() : random.normal(),
    ),
  );
  const images = tf.tensor(
    Float32Array.from({ length: 240 }, () => random.normal()),
    [2, 5, 8, 3],
  );
  const folded = foldBatchNorm({ network, variables });
  expect(folded.network.stem.map(({ op }) => op)).toEqual(['conv', 'conv', 'norm']);
  const [one, other] = [
    forward(network, variables, images),
    forward(folded.network, folded.variables, images),
  ];
  const expected = Array.from(one.dataSync());
  const largest = expected.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  other.dataSync().forEach((value, i) => {
    expect(Math.abs(value - (expected[i] as number))).toBeLessThan(1e-5 * largest);
  });
  tf.dispose([images, one, other]);
  disposeVariables(variables);
  disposeVariables(folded.variables);
});
