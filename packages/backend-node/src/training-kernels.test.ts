import { kernelNames } from '@resnetjs/backend';
import { testBatchNorm, testElementwise, testFusedActivations } from '@resnetjs/kernel-tests';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { register } from './index.js';
import { describeNative } from './native.test-support.js';
import { isNodeBackend } from './node-backend.js';

describeNative('the optional kernels of native TensorFlow', () => {
  beforeAll(() => register());

  testBatchNorm(
    [
      { name: 'a map', shape: [3, 5, 7, 6] },
      { name: 'a large map', shape: [2, 56, 56, 16] },
      { name: 'rows', shape: [37, 3] },
      { name: 'many channels', shape: [33, 1, 2050] },
      { name: 'a mean ten standard deviations from 0', shape: [8, 9, 9, 12], mean: 1, spread: 0.17 },
      // The mean's own float32 error appears in y multiplied by |mean| / standard deviation.
      {
        name: 'a mean a thousand standard deviations from 0',
        shape: [1030, 12],
        mean: 100,
        spread: 0.17,
        limit: 1e-3,
      },
    ],
    { constant: 5 }, // TensorFlow's sums are plain float32
  );

  testElementwise();
  testFusedActivations();

  it('leaks no tensor in TensorFlow', () => {
    const count = () => {
      const backend = tf.backend();
      if (!isNodeBackend(backend)) throw new Error('another backend is current');
      return (backend as unknown as { getNumOfTFTensors(): number }).getNumOfTFTensors();
    };
    const step = (stepSize: number) =>
      tf.tidy(() => {
        const x: tf.Tensor = tf.ones([2, 8, 8, 4]);
        const [scale, offset] = [tf.ones([4]), tf.zeros([4])];
        const attrs = { epsilon: 1e-3, activation: 'relu' };
        const norm = tf.engine().runKernel(kernelNames.batchNormTraining, { x, scale, offset }, attrs);
        const [y, mean, variance] = norm as unknown as [tf.Tensor, tf.Tensor, tf.Tensor];
        const inputs = { dy: x, x, y, scale, offset, mean, variance };
        tf.engine().runKernel(kernelNames.batchNormTrainingGradient, inputs, attrs);
        const update = { variable: x, gradient: x, firstMoment: x, secondMoment: x };
        const adam = { stepSize, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, decay: 0.1 };
        tf.engine().runKernel(kernelNames.adamUpdate, update, adam);
        const own = () => tf.ones([2, 8, 8, 4]);
        const usedUp = { variable: own(), gradient: x, firstMoment: own(), secondMoment: own() };
        tf.engine().runKernel(kernelNames.adamUpdate, usedUp, { ...adam, reuse: true } as typeof adam);
      });
    for (let i = 1; i < 60; i++) step(1 / i);
    const before = count();
    for (let i = 60; i < 160; i++) step(1 / i);
    expect(count()).toBe(before);
  });
});
