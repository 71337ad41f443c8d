// ResNet.js on its Wasm backend, or on native TensorFlow.
import * as nodeBackend from '@resnetjs/backend-node';
import * as wasmBackend from '@resnetjs/backend-wasm';
import { foldBatchNorm, forward, createVariables, unitRange } from '@resnetjs/core';
import { adam, train } from '@resnetjs/training';
import * as tf from '@tensorflow/tfjs-core';
import { answer, labelsOf, readWorkload } from './answer.mjs';

await answer(async ({ folder, threads, folded, native }) => {
  const registered = await (native ? nodeBackend : wasmBackend).register({ threads });
  if (registered.threads !== threads) throw new Error(String(registered.details.threads));
  const { task, network, batchSize, classes, learningRate, weights, images } = readWorkload(folder);
  let offset = 0;
  const variables = createVariables(network, ({ shape }) => {
    const start = offset;
    offset += shape.reduce((a, b) => a * b, 1);
    return weights.subarray(start, offset);
  });
  const version = native ? `TensorFlow ${registered.details.tensorflow}` : `TensorFlow.js ${tf.version_core}`;
  if (task === 'inference') {
    const model = folded ? foldBatchNorm({ network, variables }) : { network, variables };
    const input = tf.tensor(images, [batchSize, ...network.input]);
    const run = async () => {
      const logits = forward(model.network, model.variables, input);
      const values = await logits.data();
      logits.dispose();
      return values;
    };
    return { version, run };
  }
  const names = Array.from({ length: classes }, (_, index) => String(index));
  const bytes = Uint8Array.from(images, (value) => Math.round(255 * value));
  const size = bytes.length / batchSize;
  const data = {
    classes: names,
    shape: network.input,
    labels: labelsOf(batchSize, classes),
    read: async (/** @type {ArrayLike<number>} */ indices) => {
      const read = new Uint8Array(indices.length * size);
      for (let i = 0; i < indices.length; i++) {
        const start = (indices[i] ?? 0) * size;
        read.set(bytes.subarray(start, start + size), i * size);
      }
      return read;
    },
  };
  const classifier = { network, variables, classes: names, preprocessing: unitRange() };
  const optimizer = adam({ learningRate });
  const session = train(classifier, data, { epochs: 2 ** 30, batchSize, optimizer, statistics: 'running' });
  const run = async () => {
    for (;;) {
      const { value } = await session.next();
      if (value?.event === 'step') return [value.loss];
    }
  };
  return { version, run };
});
