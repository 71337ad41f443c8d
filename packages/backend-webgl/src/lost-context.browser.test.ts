import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { register } from './index.js';

const lost = { name: 'BackendError', code: 'device-lost' };

function loseContext(): void {
  const { gl } = (tf.backend() as MathBackendWebGL).gpgpu;
  gl.getExtension('WEBGL_lose_context')?.loseContext();
}

/** On the GPU: TensorFlow.js leaves small tensors to the CPU. */
function computed(): tf.Tensor4D {
  return tf.tidy(() => tf.relu(tf.ones([1, 16, 16, 8])));
}

it('reports a lost context, and never reads or computes on it again', async () => {
  const registered = await register();
  const x = computed();
  const pending = x.data();
  loseContext();
  await expect(pending).rejects.toMatchObject(lost);
  expect(await registered.lost).toMatchObject(lost);

  await expect(x.data()).rejects.toMatchObject(lost);
  expect(() => x.dataSync()).toThrow(expect.objectContaining(lost));
  expect(() => tf.add(x, x)).toThrow(expect.objectContaining(lost));
  expect(() => tf.scalar(1)).toThrow(expect.objectContaining(lost));
  expect(() => x.dispose()).not.toThrow();
});

it('throws at once, before the event arrives', async () => {
  await register();
  const x = computed();
  loseContext();
  expect(() => tf.conv2d(x, tf.ones([1, 1, 8, 8]) as tf.Tensor4D, 1, 'same')).toThrow(
    expect.objectContaining(lost),
  );
  expect(() => x.dataSync()).toThrow(expect.objectContaining(lost));
  x.dispose();
});

it('starts a new backend when it is registered again', async () => {
  const first = await register();
  loseContext();
  await first.lost;
  const second = await register();
  expect(second).not.toBe(first);
  expect(second.details).toEqual(first.details);
  const x = computed();
  const sums = tf.tidy(() => tf.conv2d(x, tf.ones([3, 3, 8, 2]) as tf.Tensor4D, 1, 'valid'));
  expect(new Set(await sums.data())).toEqual(new Set([72]));
  tf.dispose([x, sums]);
});
