// What ResNet.js is timed at, on whichever backend is the current one; in Node and on pages.
import { foldBatchNorm, forward, createVariables, unitRange } from '@resnetjs/core';
import { adam, train } from '@resnetjs/training';
import * as tf from '@tensorflow/tfjs-core';
import { labelsOf } from './workload.mjs';

/**
 * @param {import('./workload.mjs').WrittenWorkload} workload
 * @param {{ folded?: boolean | undefined }} options
 * @returns {import('./workload.mjs').Run}
 */
export function makeRun(workload, { folded }) {
  const { task, network, batchSize, classes, learningRate, weights, images } = workload;
  let offset = 0;
  const variables = createVariables(network, ({ shape }) => {
    const start = offset;
    offset += shape.reduce((a, b) => a * b, 1);
    return weights.subarray(start, offset);
  });
  if (task === 'inference') {
    const model = folded ? foldBatchNorm({ network, variables }, { dispose: true }) : { network, variables };
    const input = tf.tensor(images, [batchSize, ...network.input]);
    return async () => {
      const logits = forward(model.network, model.variables, input);
      const values = await logits.data();
      logits.dispose();
      return values;
    };
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
  return async () => {
    for (;;) {
      const { value } = await session.next();
      if (value?.event === 'step') return [value.loss];
    }
  };
}
