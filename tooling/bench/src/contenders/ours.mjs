// ResNet.js on its Wasm backend, or on native TensorFlow.
import * as nodeBackend from '@resnetjs/backend-node';
import * as wasmBackend from '@resnetjs/backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { answer, readWorkload } from './answer.mjs';
import { makeRun } from './ours-run.mjs';

await answer(async ({ folder, threads, folded, native, instructions = 'wide' }) => {
  const registered = await (native
    ? nodeBackend.register({ threads })
    : wasmBackend.register({ threads, instructions }));
  if (registered.threads !== threads) throw new Error(String(registered.details.threads));
  const version = native
    ? `TensorFlow ${registered.details.tensorflow}`
    : `TensorFlow.js ${tf.version_core}, ${registered.details.instructions}`;
  return { version, run: makeRun(readWorkload(folder), { folded }) };
});
