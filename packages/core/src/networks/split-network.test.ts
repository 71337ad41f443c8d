import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { forward } from '../compute/forward.js';
import { disposeVariables, initialize } from '../compute/variables.js';
import { parameters } from '../network/parameters.js';
import { RandomGenerator } from '../random/random-generator.js';
import { createNetwork } from './catalogue.js';
import { type SplitPlace, splitNetwork } from './split-network.js';

beforeAll(() => tf.setBackend('cpu'));

const stage = (stage: number, block: number): SplitPlace => ({ part: 'stage', stage, block });
const head = (index: number): SplitPlace => ({ part: 'head', index });
const random = RandomGenerator.stateless(3);
const values = Float32Array.from({ length: 2 * 16 * 16 * 3 }, () => random.uniform());

it.each([
  ['cifar/resnet20', [{ part: 'stem' }, stage(0, 0), stage(1, 0), stage(2, 2), head(0)]],
  ['preact/resnet', [{ part: 'stem' }, stage(0, 0), stage(3, 0), head(0), head(1), head(2), head(3)]],
] as const)('%s in two computes what it does in one, with the same variables', (name, all) => {
  const network = createNetwork(name, { input: [16, 16, 3], classes: 3 });
  const { numTensors } = tf.memory();
  const variables = initialize(network);
  const images = tf.tensor4d(values, [2, 16, 16, 3]);
  const whole = forward(network, variables, images);
  for (const place of all) {
    const { first, second } = splitNetwork(network, place);
    const ids = [...parameters(first), ...parameters(second)].map(({ id, shape }) => `${id} ${shape}`);
    expect(ids, JSON.stringify(place)).toEqual(parameters(network).map(({ id, shape }) => `${id} ${shape}`));
    const result = tf.tidy(() => {
      const features = forward(first, variables, images);
      return forward(second, variables, tf.reshape(features, [2, ...second.input]));
    });
    expect(result.dataSync(), JSON.stringify(place)).toEqual(whole.dataSync());
    result.dispose();
  }
  tf.dispose([images, whole]);
  disposeVariables(variables);
  expect(tf.memory().numTensors).toBe(numTensors);
});

it('refuses a place that there is not', () => {
  const network = createNetwork('cifar/resnet20');
  for (const place of [
    { part: 'stage', stage: 3, block: 0 },
    { part: 'stage', stage: 0, block: 3 },
    { part: 'head', index: 2 },
  ] as const) {
    expect(() => splitNetwork(network, place)).toThrow(/cifar\/resnet20 has no \{.*\} to be split after/);
  }
});
