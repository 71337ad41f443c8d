// tfjs-layers, on TensorFlow.js's own Wasm backend, on ours, or on stock tfjs-node.
import { startStock } from '@resnetjs/backend-node';
import { register } from '@resnetjs/backend-wasm';
import { setThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { version_layers } from '@tensorflow/tfjs-layers';
import { answer, readWorkload } from './answer.mjs';
import { makeRun } from './layers-run.mjs';

await answer(async ({ folder, threads, ours, native }) => {
  if (native) await startStock({ threads });
  else if (ours) await register({ threads, instructions: 'wide' });
  else {
    setThreadsCount(threads);
    await tf.setBackend('wasm');
  }
  return { version: version_layers, run: makeRun(readWorkload(folder)) };
});
