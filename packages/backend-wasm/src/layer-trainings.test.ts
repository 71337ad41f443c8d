import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js';
import { sample, tensor } from '@resnetjs/kernel-tests';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { register } from './index.js';
import { type LayerTraining, layerTrainings } from './layer-trainings.test-support.js';

beforeAll(async () => {
  await register();
});
afterEach(() => vi.restoreAllMocks());

const samples = 4;
const steps = 3;

interface Trained {
  readonly losses: number[];
  readonly weights: readonly { name: string; before: Float32Array; after: Float32Array }[];
}

/** Trains a model from the same weights on the same samples, and with the same random numbers, whatever the backend. */
async function train(backend: 'wasm' | 'cpu', training: LayerTraining): Promise<Trained> {
  await tf.setBackend(backend);
  const random = sample(10_000, 7, 0.5, 0.5);
  let drawn = 0;
  vi.spyOn(Math, 'random').mockImplementation(() => random[drawn++ % random.length] as number);
  tf.engine().startScope();
  try {
    const { input, connect, loss = 'meanSquaredError', optimizer = () => tf.train.sgd(0.1) } = training;
    const symbolic = tfl.input({ shape: [...input] });
    const model = tfl.model({ inputs: symbolic, outputs: connect(symbolic) });
    model.compile({ optimizer: optimizer(), loss });
    model.setWeights(
      model.weights.map(({ name, shape }, index) => {
        const values = sample(tf.util.sizeFromShape(shape as number[]), 100 + index, 0, 0.5);
        return tensor(
          name.includes('moving_variance') ? values.map((value) => 1 + value) : values,
          shape as number[],
        );
      }),
    );
    const values = () => model.weights.map((weight) => weight.read().dataSync().slice() as Float32Array);
    const before = values();
    const x = samplesOf(training);
    const y = targetsOf(training);
    const losses: number[] = [];
    for (let step = 0; step < steps; step++) losses.push((await model.trainOnBatch(x, y)) as number);
    const after = values();
    return {
      losses,
      weights: model.weights.map(({ name }, at) => ({ name, before: before[at]!, after: after[at]! })),
    };
  } finally {
    tf.engine().endScope();
    await tf.setBackend('wasm');
  }
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

function expectEqual(ours: Trained, reference: Trained): void {
  for (const [step, loss] of reference.losses.entries())
    expect(Math.abs(ours.losses[step]! - loss), `loss of step ${step}`).toBeLessThanOrEqual(
      1e-5 * Math.abs(loss),
    );
  for (const [at, { name, before, after }] of reference.weights.entries()) {
    const weight = ours.weights[at]!;
    expect(weight.before, `${name} before`).toEqual(before);
    const limit = 1e-4 * distance(after, before) + 1e-6 * distance(before);
    expect(distance(weight.after, after), name).toBeLessThanOrEqual(limit);
  }
}

describe.each(Object.entries(layerTrainings))('%s', (_, trainings) => {
  it.each(Object.entries(trainings))('%s', async (_name, training) => {
    const reference = await train('cpu', training);
    const moved = reference.weights.map(({ before, after }) => distance(after, before));
    expect(Math.max(...moved)).toBeGreaterThan(1e-3);
    expectEqual(await train('wasm', training), reference);
  });
});
