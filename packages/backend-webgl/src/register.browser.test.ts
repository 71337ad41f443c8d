import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { register } from './index.js';

it('describes the device, and registers once', async () => {
  const registered = await register();
  expect(registered).toMatchObject({ name: 'webgl', threads: 1, precision: 32 });
  expect(registered.kernels).toContain('Conv2DBackpropFilter');
  expect(registered.details.webgl).toMatch(/WebGL 2/);
  expect(registered.details.driver).not.toBe('');
  expect(registered.details.textures).toMatch(/^\d+ × \d+ texels at most, \d+ in a program$/);
  expect(await register()).toBe(registered);
  expect(tf.getBackend()).toBe('webgl');
});

it('reports 16 bits if textures have 16 bits', async () => {
  const start = tf.findBackendFactory('webgl');
  const restart = async (half: boolean) => {
    tf.env().set('WEBGL_FORCE_F16_TEXTURES', half);
    tf.env().set('WEBGL_RENDER_FLOAT32_ENABLED', !half);
    tf.removeBackend('webgl');
    tf.registerBackend('webgl', start, 2);
    return register();
  };
  expect(await restart(true)).toMatchObject({ precision: 16 });
  expect(await restart(false)).toMatchObject({ precision: 32 });
});

it('starts a backend that was removed', async () => {
  const first = await register();
  tf.removeBackend('webgl');
  expect(await register()).not.toBe(first);
  expect(tf.tidy(() => tf.relu(tf.ones([16, 16])).dataSync()[255])).toBe(1);
});

it('runs in a worker', async () => {
  const worker = new Worker(new URL('./in-worker.test-support.ts', import.meta.url), { type: 'module' });
  const message = await new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
  });
  worker.terminate();
  expect(message).toMatchObject({ name: 'webgl', precision: 32, page: 'undefined' });
  expect(message).toMatchObject({ values: new Array(8).fill(72) });
});
