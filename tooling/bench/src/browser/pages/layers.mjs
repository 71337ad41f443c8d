// tfjs-layers, on TensorFlow.js's own Wasm backend or on ours.
import { register } from '@resnetjs/backend-wasm';
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { version_layers } from '@tensorflow/tfjs-layers';
import { makeRun } from '../../contenders/layers-run.mjs';
import { readWorkload } from './read-workload.mjs';

/** @type {import('../contender-page.mjs').Open} */
export async function open({ threads, instructions }) {
  if (instructions !== undefined) {
    const registered = await register({ threads, instructions });
    if (registered.threads !== threads) throw new Error(String(registered.details.threads));
  } else {
    setWasmPaths('/tfjs/');
    setThreadsCount(threads);
    await tf.setBackend('wasm');
  }
  return { version: version_layers, run: makeRun(await readWorkload()) };
}
