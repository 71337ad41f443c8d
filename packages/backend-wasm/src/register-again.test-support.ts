import * as tf from '@tensorflow/tfjs-core';
import { register, type RegisterOptions } from './index.js';

/** Restarts the backend with this many threads. */
export async function registerAgain(threads: number, options: Omit<RegisterOptions, 'threads'> = {}) {
  const start = tf.findBackendFactory('wasm');
  tf.removeBackend('wasm');
  if (start !== null) tf.registerBackend('wasm', start);
  return register({ threads, ...options });
}
