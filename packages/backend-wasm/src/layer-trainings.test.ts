/// <reference types="node" />
import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js';
import { sample, tensor } from '@resnetjs/kernel-tests';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { readFileSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { register } from './index.js';
import {
  describeTrainings,
  type LayerTraining,
  layerTrainings,
  mobileNet,
} from './layer-trainings.test-support.js';

beforeAll(async () => {
  await register();
  replaceWrongGradients();
});
afterEach(() => vi.restoreAllMocks());

const samples = 3;

interface Trained {
  readonly losses: readonly number[];
  readonly weights: readonly Weight[];
}

interface Weight {
  readonly name: string;
  readonly before: Float32Array;
  readonly after: Float32Array;
}

/** Trains a model from the same weights on the same samples, and with the same random numbers, whatever the backend. */
async function train(backend: 'wasm' | 'cpu', training: LayerTraining, steps = 3): Promise<Trained> {
  await tf.setBackend(backend);
  const random = sample(10_000, 7, 0.5, 0.5);
  let sampled = 0;
  vi.spyOn(Math, 'random').mockImplementation(() => random[sampled++ % random.length] as number);
  tf.engine().startScope();
  try {
    const { input, connect, loss = 'meanSquaredError', optimizer = () => tf.train.sgd(0.1) } = training;
    const symbolic = tfl.input({ shape: [...input] });
    const model = tfl.model({ inputs: symbolic, outputs: connect(symbolic) });
    model.compile({ optimizer: optimizer(), loss });
    model.setWeights(model.weights.map(initialWeight));
    const read = () => model.weights.map((weight) => weight.read().dataSync().slice() as Float32Array);
    const before = read();
    const [x, y] = [samplesOf(training), targetsOf(training)];
    const losses: number[] = [];
    for (let step = 0; step < steps; step++) losses.push((await model.trainOnBatch(x, y)) as number);
    if (losses.some(Number.isNaN)) throw new Error('The loss is NaN.');
    const after = read();
    const weights = model.weights.map(({ name }, at) => ({ name, before: before[at]!, after: after[at]! }));
    return { losses, weights };
  } finally {
    tf.engine().endScope();
    await tf.setBackend('wasm');
  }
}

function initialWeight({ name, shape }: tfl.LayerVariable, index: number): tf.Tensor {
  const sizes = shape as number[];
  const count = tf.util.sizeFromShape(sizes);
  const inputs = sizes.length > 1 ? count / (sizes.at(-1) as number) : 4;
  const mean = name.includes('moving_variance') ? 1 : 0;
  return tensor(sample(count, 100 + index, mean, 1 / Math.sqrt(inputs)), sizes);
}

function samplesOf({ input, wholeBelow }: LayerTraining): tf.Tensor {
  const shape = [samples, ...input];
  const count = tf.util.sizeFromShape(shape);
  return tensor(wholeBelow === undefined ? sample(count, 1) : wholeNumbers(count, wholeBelow), shape);
}

function targetsOf({ targetsBelow }: LayerTraining): tf.Tensor {
  if (targetsBelow !== undefined) return tensor(wholeNumbers(samples, targetsBelow), [samples, 1]);
  return tensor(sample(2 * samples, 2, 0.5, 0.5), [samples, 2]);
}

function wholeNumbers(count: number, below: number): Float64Array {
  return sample(count, 3, 0.5, 0.5).map((value) => Math.floor(value * below));
}

function distance(a: ArrayLike<number>, b?: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - (b?.[i] ?? 0)) ** 2;
  return Math.sqrt(sum);
}

function expectLosses(ours: readonly number[], reference: readonly number[], limit: number): void {
  for (const [step, loss] of reference.entries())
    expect(Math.abs(ours[step]! - loss), `loss of step ${step}`).toBeLessThanOrEqual(limit * Math.abs(loss));
}

/**
 * float32 rounds the weights by 6e-8 (relative), and each of the steps' gradients differs by at most 1e-5; the weights are
 * compared by how far they moved, which is up to a hundred times less than they are.
 */
function expectEqual(ours: Trained, reference: Trained): void {
  expectLosses(ours.losses, reference.losses, 1e-5);
  for (const [at, { name, before, after }] of reference.weights.entries()) {
    const limit = 1e-4 * distance(after, before) + 1e-6 * distance(before);
    expect(distance(ours.weights[at]!.after, after), name).toBeLessThanOrEqual(limit);
  }
}

describe.each(Object.entries(layerTrainings))('%s', (_, trainings) => {
  it.each(Object.entries(trainings))('%s', async (_name, training) => {
    if (training.refusal !== undefined) {
      await expect(train('cpu', training)).rejects.toThrow(training.refusal);
      await expect(train('wasm', training)).rejects.toThrow();
      return;
    }
    const reference = await train('cpu', training);
    const moved = reference.weights.map(({ before, after }) => distance(after, before));
    expect(Math.max(...moved)).toBeGreaterThan(1e-3);
    expectEqual(await train('wasm', training), reference);
  });
});

it('fine-tunes a small MobileNet as on the cpu backend', async () => {
  const { losses } = await train('wasm', mobileNet, 10);
  expect(losses.at(-1)).toBeLessThan(0.5 * losses[0]!);
  // Adam divides by the gradients' sizes, so that rounding counts ten times as much as with SGD.
  expectLosses(losses, (await train('cpu', mobileNet, 10)).losses, 1e-4);
});

it('are those that the README lists', async () => {
  const readme = '../README.md';
  const text = readFileSync(new URL(readme, import.meta.url), 'utf8');
  const section = /(<!-- what trains.*-->\n)[\s\S]*(<!-- end of what trains -->)/;
  expect(text).toMatch(section);
  const current = text.replace(section, (_, begin, end) => `${begin}\n${describeTrainings()}\n\n${end}`);
  await expect(current).toMatchFileSnapshot(readme);
});

/**
 * Replaces gradients of the cpu backend by sums in float64: for batches its nearest-neighbor one is wrong, and its bilinear
 * one has the shape of the transposed images.
 */
function replaceWrongGradients(): void {
  const kernel =
    (weigh: Weigh): tf.KernelFunc =>
    ({ inputs, backend }) => {
      const { images, dy } = inputs as Record<'images' | 'dy', tf.TensorInfo>;
      const cpu = backend as unknown as MathBackendCPU;
      const dx = resizeGradient(
        weigh,
        images.shape,
        dy.shape,
        cpu.data.get(dy.dataId).values as Float32Array,
      );
      return cpu.makeTensorInfo(images.shape, 'float32', dx);
    };
  for (const [kernelName, weigh] of [
    [tf.ResizeNearestNeighborGrad, nearest],
    [tf.ResizeBilinearGrad, bilinear],
  ] as const) {
    tf.unregisterKernel(kernelName, 'cpu');
    tf.registerKernel({ kernelName, backendName: 'cpu', kernelFunc: kernel(weigh) });
  }
}

/** The pixels of one axis that a resized image takes the one at `position` from, with their weights. */
type Weigh = (position: number, last: number) => readonly (readonly [pixel: number, weight: number])[];
const nearest: Weigh = (position, last) => [[Math.min(Math.floor(position), last), 1]];
const bilinear: Weigh = (position, last) => {
  const [low, share] = [Math.floor(position), position % 1];
  return [
    [low, 1 - share],
    [Math.min(low + 1, last), share],
  ];
};

function resizeGradient(
  weigh: Weigh,
  shape: number[],
  resized: number[],
  dy: ArrayLike<number>,
): Float32Array {
  const [batch, height, width, channels] = shape as [number, number, number, number];
  const [, outHeight, outWidth] = resized as [number, number, number, number];
  const dx = new Float64Array(tf.util.sizeFromShape(shape));
  for (let n = 0; n < batch; n++)
    for (let oy = 0; oy < outHeight; oy++)
      for (let ox = 0; ox < outWidth; ox++)
        for (const [y, down] of weigh((oy * height) / outHeight, height - 1))
          for (const [x, across] of weigh((ox * width) / outWidth, width - 1))
            for (let c = 0; c < channels; c++)
              dx[((n * height + y) * width + x) * channels + c]! +=
                down * across * dy[((n * outHeight + oy) * outWidth + ox) * channels + c]!;
  return Float32Array.from(dx);
}
