// What tfjs-layers is timed at, on whichever backend is the current one; in Node and on pages.
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { labelsOf } from './workload.mjs';

/**
 * @param {import('./workload.mjs').WrittenWorkload} workload
 * @returns {import('./workload.mjs').Run}
 */
export function makeRun(workload) {
  const { task, network, batchSize, classes, learningRate } = workload;
  const model = build(workload);
  const input = tf.tensor(workload.images, [batchSize, ...network.input]);
  if (task === 'inference') {
    return async () => {
      const logits = /** @type {tf.Tensor} */ (model.predict(input, { batchSize }));
      const values = await logits.data();
      logits.dispose();
      return values;
    };
  }
  const labels = tf.oneHot(tf.tensor1d(Int32Array.from(labelsOf(batchSize, classes)), 'int32'), classes);
  // tfjs-layers' own loss takes probabilities, but the network returns logits.
  const loss = (/** @type {tf.Tensor} */ expected, /** @type {tf.Tensor} */ logits) =>
    tf.losses.softmaxCrossEntropy(expected, logits);
  model.compile({ optimizer: tf.train.adam(learningRate), loss });
  return async () => [Number(await model.trainOnBatch(input, labels))];
}

/**
 * A pass over the nodes: the layers model with the same weights.
 * @param {import('./workload.mjs').WrittenWorkload} workload
 */
function build({ network, nodes, weights }) {
  /** @type {any[]} */
  const results = [layers.input({ shape: [...network.input] })];
  /** @type {{ layer: any, values: () => tf.Tensor[] }[]} */
  const learned = [];
  nodes.forEach((node, index) => {
    if (node.op === 'input') return;
    const inputs = node.from.map((/** @type {number} */ from) => results[from]);
    const layer = layerOf(node);
    results[index] = layer.apply(node.op === 'add' ? inputs : inputs[0]);
    const values = () =>
      Object.values(node.parameters).map(({ shape, offset }) => {
        const size = shape.reduce((/** @type {number} */ a, /** @type {number} */ b) => a * b, 1);
        return tf.tensor(weights.subarray(offset, offset + size), shape);
      });
    if (Object.keys(node.parameters).length > 0) learned.push({ layer, values });
  });
  const model = layers.model({ inputs: results[0], outputs: results.at(-1) });
  for (const { layer, values } of learned) {
    const all = values();
    layer.setWeights(all);
    tf.dispose(all);
  }
  return model;
}

/** @param {any} node */
function layerOf(node) {
  const { padding, strides } = node;
  switch (node.op) {
    case 'conv':
      if (node.groups > 1) throw new Error('tfjs-layers: convolutions in groups are not supported');
      return layers.layers.conv2d({
        filters: node.filters,
        kernelSize: node.kernelSize,
        strides,
        padding,
        dilationRate: node.dilations,
        useBias: node.bias,
        kernelInitializer: 'zeros',
      });
    case 'norm':
      return layers.layers.batchNormalization({ epsilon: node.epsilon, momentum: node.momentum });
    case 'act':
      return layers.layers.activation({ activation: node.activation });
    case 'add':
      return layers.layers.add();
    case 'pad': {
      const { top, bottom, left, right } = node;
      return layers.layers.zeroPadding2d({
        padding: [
          [top, bottom],
          [left, right],
        ],
      });
    }
    case 'pool': {
      const options = { poolSize: node.size, strides, padding };
      return node.mode === 'max'
        ? layers.layers.maxPooling2d(options)
        : layers.layers.averagePooling2d(options);
    }
    case 'globalPool':
      if (node.keepDims) throw new Error('tfjs-layers: global pooling that keeps axes is not supported');
      return layers.layers.globalAveragePooling2d({});
    case 'flatten':
      return layers.layers.flatten();
    case 'dense':
      return layers.layers.dense({ units: node.units, kernelInitializer: 'zeros' });
    default:
      throw new Error(`tfjs-layers: ${node.op} is not supported`);
  }
}
