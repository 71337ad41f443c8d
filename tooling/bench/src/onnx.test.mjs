import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { register } from '@resnetjs/backend-wasm';
import {
  createNetwork,
  createVariables,
  disposeVariables,
  forward,
  initializers,
  truncate,
} from '@resnetjs/core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { distance } from './statistics.mjs';
import { noise, onnxFile, sampleWeights } from './workloads.mjs';

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

/** Networks with what others don't have, on images of odd sizes that aren't square. */
const family = [
  createNetwork('resnet18', { input: [33, 47, 1], classes: 5, outputStride: 8 }),
  createNetwork('resnext50_32x4d', { input: [33, 35, 3], classes: 5, stochasticDepth: 0.2 }),
  createNetwork('resnet26d', { input: [45, 33, 4], classes: 5, outputStride: 16, dropout: 0.5 }),
  createNetwork('seresnet50', { input: [35, 33, 3], classes: 5 }),
  createNetwork('keras/resnet50v2', { input: [33, 45, 3], classes: 5 }),
  createNetwork('cifar/resnet20', { input: [17, 15, 3] }),
  createNetwork('cifar/resnet20', { input: [15, 18, 3], shortcut: 'C' }),
  createNetwork('cifar/wrn16_4', { input: [15, 13, 3] }),
  createNetwork('mlperf/resnet8', { input: [17, 31, 3] }),
  truncate(createNetwork('resnet50', { input: [33, 39, 3] }), 1),
];

/** Uneven margins, dilation by axis with groups and strides, a gate by pixel, channels of zeros, pooling with margins. */
const odd = /** @type {import('@resnetjs/core').Network} */ ({
  ...network,
  name: 'odd',
  stem: [
    { ...conv(6, [3, 2], 2), groups: 3, dilations: [1, 3], padding: [0, 1, 3, 2] },
    { op: 'gate', gate: [conv(6, [1, 1], 1), act('sigmoid')] },
    { op: 'subsample', strides: [1, 2], channelsBefore: 1, channelsAfter: 3 },
    { op: 'pool', mode: 'average', size: [3, 3], strides: [1, 1], padding: [2, 1, 0, 1] },
    { ...conv(4, [2, 2], 1), dilations: [3, 2] },
    { op: 'gate', gate: [{ op: 'globalPool', keepDims: true }, conv(4, [1, 1], 1), act('sigmoid')] },
    { op: 'pad', top: 2, bottom: 1, left: 0, right: 1 },
    { op: 'pool', mode: 'max', size: [3, 2], strides: [2, 1], padding: 'valid' },
    { op: 'dropout', rate: 0.5, per: 'example' },
  ],
  stages: [],
  head: [{ op: 'globalPool', keepDims: false }],
});

/** @typedef {import('@resnetjs/weights').EncodeWeightsOptions} Options */

/** How a file may be written, and how far what it computes may be from `forward`, in shares of the largest value. */
const ways = /** @type {[title: string, options: Omit<Options, 'to'>, tolerance: number][]} */ ([
  ['as it is', {}, 1e-5],
  ['folded', { fold: true }, 1e-5],
  ['with images in our order', { layout: 'nhwc' }, 1e-5],
  ['with halves', { half: true }, 5e-3],
]);

it.skipIf(!installed).each([network, odd, ...family].map((each) => [`${each.name}, ${each.input}`, each]))(
  'gives onnxruntime the network that it was (npm run bench installs it): %s',
  async (_, network) => {
    await register({ threads: 1 });
    const values = sampleWeights(network);
    const variables = createVariables(network, ({ id }) => values.get(id));
    const shape = [2, ...network.input];
    const count = shape.reduce((a, b) => a * b);
    const input = tf.tensor(
      Float32Array.from(noise(count), (byte) => byte / 12), // some reach ReLU6's 6
      shape,
    );
    const result = forward(network, variables, input);
    const order = (/** @type {tf.Tensor} */ map) => (map.rank === 4 ? tf.transpose(map, [0, 3, 1, 2]) : map);
    const [images, expected] = [order(input), order(result)];
    const ort = createRequire(contenders)('onnxruntime-node');
    const chosen = family.includes(network) ? ways.slice(0, 2) : ways; // the family's take seconds
    for (const [title, options, tolerance] of chosen) {
      const session = await ort.InferenceSession.create(await onnxFile(network, values, options));
      const [given, known] = options.layout === 'nhwc' ? [input, result] : [images, expected];
      const theirs = await session.run({
        images: new ort.Tensor('float32', await given.data(), given.shape),
      });
      const found = theirs[session.outputNames[0]];
      expect([title, ...found.dims]).toEqual([title, ...known.shape]);
      const { relative } = distance(Array.from(await known.data()), Array.from(found.data));
      expect(relative, title).toBeLessThan(tolerance);
      await session.release();
    }
    tf.dispose([input, result, images, expected]);
    disposeVariables(variables);
  },
);
