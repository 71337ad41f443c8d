import util from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it, vi } from 'vitest';
import { register } from './index.js';
import { describeNative } from './native.test-support.js';

describeNative('register', () => {
  it('makes it the current backend, describes it, and changes nothing the second time', async () => {
    const environment = { ...process.env };
    const functions = Object.getOwnPropertyNames(util);
    const registered = await register({ threads: 1 });
    expect(registered).toMatchObject({ name: 'tensorflow', threads: 1, precision: 32 });
    expect(registered.details.tensorflow).toMatch(/^\d+\.\d+\.\d+/);
    expect(registered.kernels).toContain('ResNetBatchNormTraining');
    // With oneDNN, none of them may fail its trial and be left to core without a word.
    const ofGroups = ['', 'InputGradient', 'FilterGradient'].map((part) => `ResNetConvolution${part}`);
    if (String(registered.details.convolution).includes('oneDNN')) {
      expect(registered.kernels).toEqual(expect.arrayContaining(ofGroups));
    }
    expect(tf.getBackend()).toBe('tensorflow');
    expect(await register()).toBe(registered);
    expect({ ...process.env }).toEqual(environment);
    expect(Object.getOwnPropertyNames(util)).toEqual(functions);
  });

  it('shares tensors with this program’s TensorFlow.js', async () => {
    await register();
    const x = tf.tensor1d([1, 2, 3]);
    const y = tf.add(x, 1);
    expect(y).toBeInstanceOf(tf.Tensor);
    expect([...(await y.data())]).toEqual([2, 3, 4]);
    tf.dispose([x, y]);
  });

  it('serves a backend that was removed and started again, without a warning', async () => {
    const warn = vi.spyOn(console, 'warn');
    const first = await register();
    tf.removeBackend('tensorflow');
    expect(await register()).not.toBe(first);
    const y = tf.tidy(() => tf.maxPool(tf.ones([1, 2, 2, 1]) as tf.Tensor4D, 2, 1, 1).dataSync());
    expect([...y]).toEqual(Array(9).fill(1));
    expect(warn).not.toHaveBeenCalled();
  });
});
