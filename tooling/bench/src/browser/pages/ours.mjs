import { register } from '@resnetjs/backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { makeRun } from '../../contenders/ours-run.mjs';
import { readWorkload } from './read-workload.mjs';

/** @type {import('../contender-page.mjs').Open} */
export async function open({ threads, instructions = 'auto' }) {
  const registered = await register({ threads, instructions });
  if (registered.threads !== threads) throw new Error(String(registered.details.threads));
  const version = `TensorFlow.js ${tf.version_core}, ${registered.details.instructions}`;
  return { version, run: makeRun(await readWorkload(), { folded: true }) };
}
