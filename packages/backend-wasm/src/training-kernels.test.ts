import { kernelNames } from '@resnetjs/backend';
import {
  type BatchNorm,
  batchNorm,
  sample,
  expectClose,
  run,
  tensor,
  testBatchNorm,
  testElementwise,
  testFusedActivations,
} from '@resnetjs/kernel-tests';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { register } from './index.js';

beforeAll(async () => {
  await register();
});

testBatchNorm([
  { name: 'one row', shape: [1, 5] },
  { name: 'few channels', shape: [37, 3] },
  { name: 'many rows', shape: [9000, 8] },
  { name: 'many channels', shape: [33, 2050] },
  { name: 'a mean far from 0', shape: [1030, 12], mean: 100, spread: 0.17 },
  { name: 'a mean 10,000 standard deviations from 0', shape: [515, 6], mean: -1000, spread: 0.17 },
]);

testElementwise();
testFusedActivations();

it('computes the moments when none of the sampled rows is typical', () => {
  const rows = 64 * 40;
  const x = sample(rows * 4, 5);
  for (let row = 0; row < rows; row += 40) for (let c = 0; c < 4; c++) x[row * 4 + c] = 5000;
  const norm: BatchNorm = {
    channels: 4,
    epsilon: 1e-5,
    activation: 'linear',
    x,
    scale: sample(4, 6),
    offset: sample(4, 7),
  };
  const inputs = { x: tensor(x, [rows, 4]), scale: tensor(norm.scale), offset: tensor(norm.offset) };
  const [y, mean, variance] = run(kernelNames.batchNormTraining, inputs, {
    epsilon: 1e-5,
    activation: 'linear',
  });
  tf.dispose(inputs);
  const expected = batchNorm(norm);
  expectClose(y!, expected.y);
  expectClose(mean!, expected.mean, 1e-6);
  expectClose(variance!, expected.variance);
});

it('leaks neither tensors nor heap memory', () => {
  const heap = () => (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.byteLength;
  const step = () =>
    tf.tidy(() => {
      const x = tf.ones([8, 16, 16, 32]);
      const [scale, offset] = [tf.ones([32]), tf.zeros([32])];
      const attrs = { epsilon: 1e-3, activation: 'relu' };
      const [, mean, variance] = tf
        .engine()
        .runKernel(kernelNames.batchNormTraining, { x, scale, offset }, attrs) as unknown as tf.Tensor[];
      tf.engine().runKernel(
        kernelNames.batchNormTrainingGradient,
        { dy: x, x, scale, offset, mean: mean!, variance: variance! },
        attrs,
      );
    });
  step();
  const before = tf.memory();
  const bytes = heap();
  for (let i = 0; i < 200; i++) step();
  expect(tf.memory().numTensors).toBe(before.numTensors);
  expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
  expect(heap()).toBe(bytes);
});
