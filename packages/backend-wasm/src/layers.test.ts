import '@tensorflow/tfjs-backend-cpu';
import { sampleTensor, expectClose } from '@resnetjs/kernel-tests';
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { beforeAll, expect, it } from 'vitest';
import { register } from './index.js';

beforeAll(async () => {
  await register();
});

const samples = 12;
const images = () => sampleTensor([samples, 8, 8, 3], 1) as tf.Tensor4D;
const labels = () =>
  tf.tensor2d(Array.from({ length: samples }, (_, i) => [0, 1, 2].map((label) => Number(i % 3 === label))));

function buildModel(): layers.LayersModel {
  const kernel = (seed: number) => layers.initializers.glorotUniform({ seed });
  return layers.sequential({
    layers: [
      layers.layers.conv2d({
        inputShape: [8, 8, 3],
        filters: 6,
        kernelSize: 3,
        padding: 'same',
        activation: 'relu',
        kernelInitializer: kernel(1),
      }),
      layers.layers.conv2d({
        filters: 8,
        kernelSize: 3,
        strides: 2,
        padding: 'same',
        activation: 'relu',
        kernelInitializer: kernel(2),
      }),
      layers.layers.conv2d({
        filters: 5,
        kernelSize: 1,
        strides: 2,
        activation: 'relu',
        kernelInitializer: kernel(3),
      }),
      layers.layers.flatten(),
      layers.layers.dense({ units: 3, activation: 'softmax', kernelInitializer: kernel(4) }),
    ],
  });
}

function gradients(model: layers.LayersModel): Record<string, Float32Array> {
  return tf.tidy(() => {
    const [x, y] = [images(), labels()];
    const predict = () => model.apply(x, { training: true }) as tf.Tensor;
    const loss = (): tf.Scalar => tf.mean(layers.metrics.categoricalCrossentropy(y, predict()));
    const { grads } = tf.variableGrads(loss);
    return Object.fromEntries(
      Object.values(grads).map((gradient, i) => [String(i), gradient.dataSync() as Float32Array]),
    );
  });
}

it('agrees with the gradients of the cpu backend', async () => {
  const model = buildModel();
  const ours = gradients(model);
  await tf.setBackend('cpu');
  const reference = gradients(model);
  await tf.setBackend('wasm');
  expect(Object.keys(ours)).toEqual(Object.keys(reference));
  expect(Object.keys(ours)).toHaveLength(8);
  for (const name of Object.keys(reference)) expectClose(ours[name]!, reference[name]!);
  model.dispose();
});

it('trains with model.fit, and the loss falls', async () => {
  const model = buildModel();
  model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' });
  const [x, y] = [images(), labels()];
  const { history } = await model.fit(x, y, { epochs: 80, batchSize: samples, shuffle: false, verbose: 0 });
  const losses = history.loss as number[];
  expect(losses.every(Number.isFinite)).toBe(true);
  expect(losses.at(-1)).toBeLessThan(0.7 * losses[0]!);
  tf.dispose([x, y]);
  model.dispose();
});
