import * as tf from '@tensorflow/tfjs-core';
import { type RegisterOptions, register } from './index.js';

/** Restarts the backend with this many threads; browsers take the location of the .wasm files. */
export async function registerAgain(threads: number, wasmPaths?: RegisterOptions['wasmPaths']) {
  const start = tf.findBackendFactory('wasm');
  tf.removeBackend('wasm');
  if (start !== null) tf.registerBackend('wasm', start);
  return register({ threads, ...(wasmPaths && { wasmPaths }) });
}
