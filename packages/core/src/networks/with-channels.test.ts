import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { adaptPreprocessing, unitRange } from '../classify/preprocessing.js';
import { preprocessings } from '../classify/preprocessings.js';
import { forward } from '../compute/forward.js';
import { createVariables, disposeVariables, initialize } from '../compute/variables.js';
import { type Parameter, parameters } from '../network/parameters.js';
import type { Network } from '../network/types.js';
import { RandomGenerator } from '../random/random-generator.js';
import { createNetwork } from './catalogue.js';
import { adaptKernel, withChannels } from './with-channels.js';

beforeAll(() => tf.setBackend('cpu'));

const families = [
  ...['course/resnet50', 'preact/resnet', 'keras/resnet50v2', 'resnet18', 'resnet26d'],
  ...['seresnet50', 'cifar/wrn16_4', 'mlperf/resnet8'],
] as readonly Parameters<typeof createNetwork>[0][];
const small = createNetwork('cifar/resnet20', { input: [8, 6, 3], classes: 3 });

/** A network's variables for other channels. */
async function adapted(network: Network, variables: ReturnType<typeof initialize>, channels: number) {
  const values = new Map<string, Float32Array>();
  for (const { id, shape } of parameters(network)) {
    const tensor = variables.weights.get(id) ?? variables.statistics.get(id);
    values.set(id, (await tensor?.data()) as Float32Array);
    if (id === 'stem.0.kernel') {
      const kernel = values.get(id) as Float32Array;
      values.set(id, adaptKernel(kernel, shape as [number, number, number, number], channels));
    }
  }
  return createVariables(withChannels(network, channels), ({ id }) => values.get(id));
}

it('for gray images gives what the network gave for them in RGB', async () => {
  const { numTensors } = tf.memory();
  const variables = initialize(small, { seed: 1 });
  const own = await adapted(small, variables, 1);
  const random = RandomGenerator.stateless(2);
  const levels = Float32Array.from({ length: 2 * 8 * 6 }, () => random.uniform());
  const gray = tf.tensor4d(levels, [2, 8, 6, 1]);
  const rgb = tf.tile(gray, [1, 1, 1, 3]);
  const expected = forward(small, variables, rgb);
  const found = forward(withChannels(small, 1), own, gray);
  const difference = tf.tidy(() => tf.max(tf.abs(tf.sub(expected, found))));
  expect(difference.dataSync()[0]).toBeLessThan(1e-5);
  tf.dispose([gray, rgb, expected, found, difference]);
  disposeVariables(own);
  disposeVariables(variables);
  expect(tf.memory().numTensors).toBe(numTensors);
});

it('repeats and scales kernels for other channels, as timm does', () => {
  const kernel = Float32Array.from({ length: 2 * 3 * 2 }, (_, i) => i + 1); // [1, 2, 3, 2]
  expect([...adaptKernel(kernel, [1, 2, 3, 2], 1)]).toEqual([1 + 3 + 5, 2 + 4 + 6, 7 + 9 + 11, 8 + 10 + 12]);
  expect([...adaptKernel(kernel, [1, 2, 3, 2], 4)].slice(0, 8)).toEqual(
    [1, 2, 3, 4, 5, 6, 1, 2].map((value) => value * 0.75),
  );
  expect([...adaptKernel(kernel, [1, 2, 3, 2], 2)].slice(0, 4)).toEqual([1.5, 3, 4.5, 6]);
});

it('changes the first kernel of a network of each family, and nothing else', () => {
  for (const name of families) {
    const network = createNetwork(name);
    const before = parameters(network);
    const changed = parameters(withChannels(network, 1)).filter(
      ({ shape }, index) => String(shape) !== String((before[index] as Parameter).shape),
    );
    expect(
      changed.map(({ role, shape }) => [role, shape[2]]),
      name,
    ).toEqual([['kernel', 1]]);
  }
  expect(withChannels(small, 3)).toBe(small);
});

it('refuses what depends on the channels otherwise', () => {
  const norm = createNetwork('resnet18').stem[1] as Network['stem'][number];
  const normalized = { ...small, stem: [norm, ...small.stem] };
  expect(() => withChannels(normalized, 1)).toThrow(
    /takes images of 3 channels, and can't be adapted to 1: layer bn1/,
  );
});

it('averages mean and std', () => {
  const { mean, std, interpolation, cropShare } = adaptPreprocessing(preprocessings.torchvision, 1);
  expect(mean[0]).toBeCloseTo(255 * 0.449, 10); // timm's loader: the mean of .485, .456 and .406
  expect(std[0]).toBeCloseTo(255 * 0.226, 10);
  expect([mean.length, std.length, interpolation, cropShare]).toEqual([1, 1, 'bilinear', 0.875]);
  expect(adaptPreprocessing(preprocessings.keras.caffe, 1).channelOrder).toBeUndefined();
  expect(adaptPreprocessing(unitRange(1), 3)).toEqual(unitRange(3));
  expect(adaptPreprocessing(preprocessings.cifar, 3)).toBe(preprocessings.cifar);
});
