// tfjs-layers, on TensorFlow.js's own Wasm backend or on ours, or on tfjs-node as it is.
import { startStock } from '@resnetjs/backend-node';
import { register } from '@resnetjs/backend-wasm';
import { setThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { answer, labelsOf, readWorkload } from './answer.mjs';

await answer(async ({ folder, threads, ours, native }) => {
  if (native) await startStock({ threads });
  else if (ours) await register({ threads });
  else {
    setThreadsCount(threads);
    await tf.setBackend('wasm');
  }
  const workload = readWorkload(folder);
  const { task, network, batchSize, classes, learningRate } = workload;
  const model = build(workload);
  const input = tf.tensor(workload.images, [batchSize, ...network.input]);
  const version = layers.version_layers;
  if (task === 'inference') {
    const run = async () => {
      const logits = /** @type {tf.Tensor} */ (model.predict(input, { batchSize }));
      const values = await logits.data();
      logits.dispose();
      return values;
    };
    return { version, run };
  }
  const labels = tf.oneHot(tf.tensor1d(Int32Array.from(labelsOf(batchSize, classes)), 'int32'), classes);
  // tfjs-layers' own loss takes probabilities where the network ends in softmax; here it is given logits.
  const loss = (/** @type {tf.Tensor} */ expected, /** @type {tf.Tensor} */ logits) =>
    tf.losses.softmaxCrossEntropy(expected, logits);
  model.compile({ optimizer: tf.train.adam(learningRate), loss });
  const run = async () => [Number(await model.trainOnBatch(input, labels))];
  return { version, run };
});

/**
 * A pass over the steps: the layers model with the same weights.
 * @param {ReturnType<typeof readWorkload>} workload
 */
function build({ network, steps, weights }) {
  /** @type {any[]} */
  const results = [layers.input({ shape: [...network.input] })];
  /** @type {{ layer: any, values: () => tf.Tensor[] }[]} */
  const learned = [];
  steps.forEach((step, index) => {
    if (step.op === 'input') return;
    const inputs = step.from.map((/** @type {number} */ from) => results[from]);
    const layer = layerOf(step);
    results[index] = layer.apply(step.op === 'add' ? inputs : inputs[0]);
    const values = () =>
      Object.values(step.parameters).map(({ shape, offset }) => {
        const size = shape.reduce((/** @type {number} */ a, /** @type {number} */ b) => a * b, 1);
        return tf.tensor(weights.subarray(offset, offset + size), shape);
      });
    if (Object.keys(step.parameters).length > 0) learned.push({ layer, values });
  });
  const model = layers.model({ inputs: results[0], outputs: results.at(-1) });
  for (const { layer, values } of learned) {
    const all = values();
    layer.setWeights(all);
    tf.dispose(all);
  }
  return model;
}

/** @param {any} step */
function layerOf(step) {
  const { padding, strides } = step;
  switch (step.op) {
    case 'conv':
      return layers.layers.conv2d({
        filters: step.filters,
        kernelSize: step.kernelSize,
        strides,
        padding,
        useBias: step.bias,
        kernelInitializer: 'zeros',
      });
    case 'norm':
      return layers.layers.batchNormalization({ epsilon: step.epsilon, momentum: step.momentum });
    case 'act':
      return layers.layers.reLU();
    case 'add':
      return layers.layers.add();
    case 'pad': {
      const { top, bottom, left, right } = step;
      return layers.layers.zeroPadding2d({
        padding: [
          [top, bottom],
          [left, right],
        ],
      });
    }
    case 'pool': {
      const options = { poolSize: step.size, strides, padding };
      return step.mode === 'max'
        ? layers.layers.maxPooling2d(options)
        : layers.layers.averagePooling2d(options);
    }
    case 'flatten':
      return layers.layers.flatten();
    case 'dense':
      return layers.layers.dense({ units: step.units, kernelInitializer: 'zeros' });
    default:
      throw new Error(`tfjs-layers: ${step.op} is not known`);
  }
}
