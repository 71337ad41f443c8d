import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { register } from '@resnetjs/backend-wasm';
import { forward, initializers, createVariables } from '@resnetjs/core';
import { encodeOnnx } from '@resnetjs/weights';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { distance } from './statistics.mjs';
import { sampleWeights, noise } from './workloads.mjs';

const contenders = fileURLToPath(new URL('../contenders/package.json', import.meta.url));
const installed = existsSync(fileURLToPath(new URL('../contenders/node_modules', import.meta.url)));
const initializer = initializers.glorotUniform();

/** @param {number} filters @param {[number, number]} kernelSize @param {number} stride */
const conv = (filters, kernelSize, stride) =>
  /** @type {const} */ ({
    op: 'conv',
    filters,
    kernelSize,
    strides: [stride, stride],
    padding: 'same',
    groups: 1,
    dilations: [1, 1],
    bias: true,
    initializer,
    l2: 0,
  });
const norm = /** @type {const} */ ({
  op: 'norm',
  epsilon: 1e-3,
  momentum: 0.9,
  scaleInitializer: { kind: 'ones' },
  runningVariance: 'biased',
});
const act = (/** @type {import('@resnetjs/core').Activation} */ activation) =>
  /** @type {const} */ ({ op: 'act', activation });

/**
 * Even and odd kernels with every stride, every activation, both poolings with padding, and a flattened map that isn't
 * square.
 */
const network = /** @type {import('@resnetjs/core').Network} */ ({
  name: 'tiny',
  input: [13, 10, 3],
  inputName: 'images',
  stem: [
    { op: 'pad', top: 1, bottom: 2, left: 0, right: 1 },
    conv(8, [4, 3], 2),
    norm,
    act('relu6'),
    { op: 'pool', mode: 'max', size: [3, 3], strides: [1, 1], padding: 'same' },
  ],
  stages: [
    [
      {
        op: 'residual',
        preact: [],
        branch: [conv(6, [3, 3], 2), norm, act('relu'), conv(6, [2, 2], 1)],
        shortcut: [conv(6, [1, 1], 2)],
        shortcutFrom: 'input',
        postact: [act('sigmoid')],
      },
    ],
  ],
  head: [
    { op: 'pool', mode: 'average', size: [2, 2], strides: [1, 1], padding: 'same' },
    { op: 'flatten' },
    { op: 'dense', units: 5, activation: 'softmax', initializer, l2: 0 },
  ],
});

it.skipIf(!installed)('gives onnxruntime the network that it was (npm run bench installs it)', async () => {
  await register({ threads: 1 });
  const values = sampleWeights(network);
  const variables = createVariables(network, ({ id }) => values.get(id));
  const images = Float32Array.from(noise(2 * 13 * 10 * 3), (byte) => byte / 12); // some reach ReLU6's 6
  const ours = Array.from(await forward(network, variables, tf.tensor(images, [2, 13, 10, 3])).data());
  const file = await encodeOnnx(network, ({ id }) => values.get(id));
  const ort = createRequire(contenders)('onnxruntime-node');
  const session = await ort.InferenceSession.create(file);
  const input = new ort.Tensor('float32', images, [2, 13, 10, 3]);
  const theirs = await session.run({ images: input });
  expect(distance(ours, Array.from(theirs[session.outputNames[0]].data)).relative).toBeLessThan(1e-5);
});
