/// <reference types="node" />
import { version_wasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { register } from './index.js';
import { webAssembly } from './web-assembly.js';

const printed = ['log', 'info', 'warn', 'error'] as const;

beforeEach(() => {
  for (const method of printed) vi.spyOn(console, method).mockImplementation(() => {});
});

/** The error is all that a program sees of a failed start. */
afterEach(() => {
  for (const method of printed) expect(console[method]).not.toHaveBeenCalled();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

it('says what is missing', async () => {
  vi.stubGlobal('DecompressionStream', undefined);
  await expect(register()).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('DecompressionStream'),
  });
});

it("speaks of the page's policy where WebAssembly can't be compiled", async () => {
  vi.spyOn(webAssembly(), 'compile').mockRejectedValue(new Error('blocked'));
  const message = expect.stringContaining(
    "(blocked). A page's Content Security Policy has to allow 'wasm-unsafe-eval'",
  );
  await expect(register()).rejects.toMatchObject({ name: 'BackendError', code: 'start-failed', message });
});

it.each([1, 2])("throws TensorFlow.js's own reason, with %i threads wanted", async (threads) => {
  expect(version_wasm).toBe('4.22.0'); // its factory is registered
  const factory = tf.findBackendFactory('wasm');
  tf.removeBackend('wasm');
  tf.registerBackend('wasm', () => Promise.reject(new Error('no heap')));
  const message = 'TensorFlow.js could not start its Wasm backend: no heap';
  await expect(register({ threads })).rejects.toMatchObject({ code: 'start-failed', message });
  tf.removeBackend('wasm');
  tf.registerBackend('wasm', factory);
});

it('starts without shared memory where there is none, says why, and once for all who ask', async () => {
  class NoMemory {
    constructor() {
      throw new RangeError('could not allocate memory');
    }
  }
  vi.stubGlobal('WebAssembly', Object.assign(Object.create(webAssembly()), { Memory: NoMemory }));
  const [one, other] = await Promise.all([register({ threads: 2 }), register({ threads: 2 })]);
  expect(one.details.threads).toBe(
    'one: the backend started without shared memory (could not allocate memory)',
  );
  expect(other).toBe(one);
  expect(tf.env().getBool('PROD')).toBe(false);
});
