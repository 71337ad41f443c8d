import * as tf from '@tensorflow/tfjs-core';
import { type RegisterOptions, register } from './index.js';

/** Starts the backend anew, with that many threads; browsers have to be told where the .wasm files are. */
export async function registerAnew(threads: number, wasmPaths?: RegisterOptions['wasmPaths']) {
  const start = tf.findBackendFactory('wasm');
  tf.removeBackend('wasm');
  if (start !== null) tf.registerBackend('wasm', start);
  return register({ threads, ...(wasmPaths && { wasmPaths }) });
}
