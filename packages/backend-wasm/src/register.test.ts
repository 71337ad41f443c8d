import { kernelNames } from '@resnetjs/backend';
import { sampleTensor, expectClose } from '@resnetjs/kernel-tests';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it, vi } from 'vitest';
import { register } from './index.js';

it('keeps a running backend, and registers once', async () => {
  await import('@tensorflow/tfjs-backend-wasm');
  await tf.setBackend('wasm');
  const x = sampleTensor([2, 7, 7, 5], 1) as tf.Tensor4D;
  const filter = sampleTensor([3, 3, 5, 6], 2) as tf.Tensor4D;
  const forward = () => tf.tidy(() => tf.conv2d(x, filter, 2, 'same').dataSync());
  const stock = forward();

  const registered = await register();
  expect(registered).toMatchObject({ name: 'wasm', threads: 1, precision: 32 });
  expect(registered.details.threads).toMatch(/^one: /);
  expect(registered.kernels).toContain('Conv2DBackpropFilter');
  expect(registered.kernels).toEqual(expect.arrayContaining(Object.values(kernelNames)));
  expect(await register()).toBe(registered);
  expect(tf.getBackend()).toBe('wasm');
  expectClose(forward(), stock);
  tf.dispose([x, filter]);
});

it('registers again for a backend that was removed and restarted', async () => {
  const first = await register();
  const start = tf.findBackendFactory('wasm');
  tf.removeBackend('wasm');
  tf.registerBackend('wasm', start);
  expect(await register()).not.toBe(first);
  const dFilter = tf.tidy(() => {
    const attrs = { strides: 1, pad: 'same', dataFormat: 'NHWC', filterShape: [1, 1, 1, 1] };
    const inputs = { x: tf.ones([1, 2, 2, 1]), dy: tf.ones([1, 2, 2, 1]) };
    return (tf.engine().runKernel('Conv2DBackpropFilter', inputs, attrs as never) as tf.Tensor).dataSync();
  });
  expect([...dFilter]).toEqual([4]);
});

it.each([
  ['there is none', undefined, /^There is no WebAssembly here/],
  [
    'a policy forbids it',
    forbidden('violates the Content Security policy'),
    /^WebAssembly is forbidden here.*violates/,
  ],
])('reports the true cause if %s', async (_, engine, message) => {
  vi.stubGlobal('WebAssembly', engine);
  await expect(register()).rejects.toMatchObject({
    ...{ name: 'BackendError', code: 'unavailable' },
    message: expect.stringMatching(message),
  });
  vi.unstubAllGlobals();
});

function forbidden(message: string) {
  function refuse() {
    throw new Error(message);
  }
  return { ...{ validate: () => true }, Module: refuse, compile: refuse, instantiate: refuse };
}

it('reports that SIMD is missing', async () => {
  const present = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  tf.env().set('WASM_HAS_SIMD_SUPPORT', false);
  await expect(register()).rejects.toMatchObject({ name: 'BackendError', code: 'unavailable' });
  tf.env().set('WASM_HAS_SIMD_SUPPORT', present);
});

it('says what it computes with, and refuses other names', async () => {
  expect((await register()).details.instructions).toMatch(
    /^WebAssembly SIMD, 128 bits(, multiply-add)?, tiles for 3×3$/,
  );
  await expect(register({ instructions: 'fast' as never })).rejects.toThrow(
    'instructions: expected auto, portable, wide, wide-portable, got fast.',
  );
});
