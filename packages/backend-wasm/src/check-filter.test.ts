import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { register } from './index.js';

beforeAll(async () => {
  await register({ threads: 1 });
});
afterAll(() => tf.removeBackend('wasm'));

const attributes = { strides: 1, pad: 'same', dilations: 1, dataFormat: 'NHWC', activation: 'linear' };
const x = () => tf.zeros([1, 4, 4, 8]);
const filter = () => tf.zeros([3, 3, 2, 8]); // of four groups

it.each<[string, () => Record<string, tf.Tensor>, object]>([
  ['Conv2D', () => ({ x: x(), filter: filter() }), {}],
  ['FusedConv2D', () => ({ x: x(), filter: filter() }), {}],
  ['Conv2DBackpropInput', () => ({ dy: x(), filter: filter() }), { inputShape: [1, 4, 4, 8] }],
  ['Conv2DBackpropFilter', () => ({ x: x(), dy: x() }), { filterShape: [3, 3, 2, 8] }],
])('%s rejects a grouped filter in words', (kernel, inputs, own) => {
  const before = tf.memory().numTensors;
  const run = () =>
    tf.tidy(() => {
      tf.engine().runKernel(kernel, inputs() as never, { ...attributes, ...own } as never);
    });
  expect(run).toThrow(/filter \[3, 3, 2, 8\] takes 2 channels, but x \[1, 4, 4, 8\] has 8/);
  expect(tf.memory().numTensors).toBe(before);
});
