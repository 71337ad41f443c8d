// Precise statistics where batches differ in size: every image counts the same, whichever batch it came in.
import '@tensorflow/tfjs-backend-cpu';
import {
  createClassifier,
  disposeTensors,
  disposeVariables,
  initialize,
  type Network,
  RandomGenerator,
} from '@resnetjs/core';
import type { Dataset } from '@resnetjs/data';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { imageInputs } from './network-inputs.js';
import { estimateStatistics } from './estimate-statistics.js';
import { StatisticsEstimate } from './statistics.js';
import { tinyNetwork } from './tiny.test-support.js';

beforeAll(() => tf.setBackend('cpu'));

/** One normalization of images of 2×1 pixels and 3 channels: its statistics are the images' own. */
const network: Network = {
  name: 'normalization',
  input: [2, 1, 3],
  inputName: 'input_1',
  stem: [
    {
      op: 'norm',
      epsilon: 1e-3,
      momentum: 0.99,
      scaleInitializer: { kind: 'ones' },
      runningVariance: 'biased',
    },
  ],
  stages: [],
  head: [],
};

/** Images `[pixels][channels]`, each with a brightness of its own, so that batches have different means. */
function randomImages(count: number): number[][][] {
  const random = RandomGenerator.stateless(12);
  return Array.from({ length: count }, () => {
    const brightness = 3 * random.normal();
    return [0, 1].map(() => [0, 1, 2].map((c) => Math.fround((c + 1) * brightness + random.normal())));
  });
}

const average = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** Mean and biased variance of each channel over all pixels, in float64. */
function momentsOf(images: readonly number[][][]) {
  const channels = [0, 1, 2].map((c) => images.flat().map((pixel) => pixel[c] as number));
  const mean = channels.map(average);
  const variance = channels.map((values, c) => average(values.map((x) => (x - (mean[c] as number)) ** 2)));
  return { mean, variance };
}

/** The estimate from batches of these sizes. */
function estimateFrom(images: readonly number[][][], sizes: readonly number[]) {
  const variables = initialize(network);
  const estimate = new StatisticsEstimate(network);
  let start = 0;
  for (const size of sizes) {
    const batch = tf.tensor4d(images.slice(start, start + size).flat(2), [size, 2, 1, 3]);
    estimate.add(variables, batch);
    batch.dispose();
    start += size;
  }
  const result = estimate.result();
  const values = (role: string) => [...(result.get(`stem.0.${role}`)?.dataSync() ?? [])];
  const found = { mean: values('mean'), variance: values('variance') };
  estimate.dispose();
  disposeTensors(result);
  disposeVariables(variables);
  return found;
}

function expectNear(found: readonly number[], expected: readonly number[], limit: number): void {
  expect(found.length).toBe(expected.length);
  for (const [i, value] of expected.entries())
    expect(Math.abs((found[i] as number) - value) / Math.abs(value)).toBeLessThan(limit);
}

describe('the estimate', () => {
  it.each([[[16, 16, 1]], [[1, 16, 16]], [[5, 1, 20, 7]], [[33]], [[11, 11, 11]]])(
    'is that of all images at once, from batches of %j',
    (sizes) => {
      const tensors = tf.memory().numTensors;
      const images = randomImages(33);
      const found = estimateFrom(images, sizes);
      const expected = momentsOf(images);
      expectNear(found.mean, expected.mean, 2e-6);
      expectNear(found.variance, expected.variance, 2e-6);
      expect(tf.memory().numTensors).toBe(tensors);
    },
  );

  it('of batches of one size is the unweighted one, to the bit', () => {
    const images = randomImages(42);
    const size = 6;
    const batches = Array.from({ length: 7 }, (_, i) =>
      estimateFrom(images.slice(i * size, (i + 1) * size), [size]),
    );
    const f = Math.fround;
    const expected = { mean: [0, 0, 0], variance: [0, 0, 0] };
    for (const c of [0, 1, 2]) {
      let [mean, variance, spread] = [0, 0, 0];
      batches.forEach((batch, before) => {
        const [m, v] = [batch.mean[c] as number, batch.variance[c] as number];
        const share = f(1 / (before + 1));
        const old = mean;
        mean = before === 0 ? m : f(old + f(f(m - old) * share));
        variance = before === 0 ? v : f(variance + f(f(v - variance) * share));
        if (before > 0) spread = f(spread + f(f(m - old) * f(m - mean)));
      });
      expected.mean[c] = mean;
      expected.variance[c] = f(variance + f(spread / 7));
    }
    expect(
      estimateFrom(
        images,
        Array.from({ length: 7 }, () => size),
      ),
    ).toEqual(expected);
  });
});

/** Black, grey and white images in three classes; those in `broken` can't be read. */
function shades(count: number, broken: readonly number[] = []): Dataset {
  const random = RandomGenerator.stateless(3);
  const pixels = Array.from({ length: count }, () => {
    const shade = random.integer(200);
    return Uint8Array.from({ length: 48 }, () => shade + random.integer(56));
  });
  return {
    classes: ['a', 'b', 'c'],
    shape: [4, 4, 3],
    labels: Uint16Array.from({ length: count }, (_, i) => i % 3),
    read: async (indices) =>
      Uint8Array.from(
        Array.from(indices).flatMap((index) =>
          broken.includes(index) ? Array.from({ length: 48 }, () => 0) : [...(pixels[index] as Uint8Array)],
        ),
      ),
    isBroken: (index) => broken.includes(index),
  };
}

/** The estimated statistics of the first normalization. */
async function estimated(data: Dataset, options: { batchSize: number; batchLimit: number }) {
  const classifier = createClassifier(tinyNetwork(), { classes: data.classes, seed: 5 });
  const sizes: number[] = [];
  const learned = new Set(classifier.variables.weights.keys());
  const all = { ...options, seed: 1, epoch: 1, learned };
  for await (const event of estimateStatistics(classifier, imageInputs(classifier, data), all))
    sizes.push((event as { batch: number }).batch);
  const { statistics } = classifier.variables;
  const values = ['mean', 'variance'].flatMap((role) => [
    ...(statistics.get(`stage0.block0.branch.1.${role}`)?.dataSync() ?? []),
  ]);
  disposeVariables(classifier.variables);
  return { values, batches: sizes.length };
}

describe('estimateStatistics', () => {
  it('counts every image that can be read once, where batches lack those that cannot', async () => {
    const broken = [0, 1, 2, 3, 5, 8, 13, 21, 22, 23];
    const some = await estimated(shades(24, broken), { batchSize: 8, batchLimit: 3 });
    expect(some.batches).toBe(3);
    const whole = shades(24);
    const kept = [...whole.labels.keys()].filter((index) => !broken.includes(index));
    const rest: Dataset = {
      ...whole,
      labels: Uint16Array.from(kept, (index) => whole.labels[index] as number),
      read: (positions) => whole.read(Array.from(positions, (position) => kept[position] as number)),
    };
    const once = await estimated(rest, { batchSize: kept.length, batchLimit: 1 });
    expect(once.batches).toBe(1);
    // float32 after one convolution of numbers up to 255; equally weighed batches are off by more than a hundredth.
    expectNear(some.values, once.values, 1e-4);
  });

  it('takes what there is where there are fewer images than one batch', async () => {
    const few = await estimated(shades(5), { batchSize: 32, batchLimit: 40 });
    const exact = await estimated(shades(5), { batchSize: 5, batchLimit: 1 });
    expect(few.batches).toBe(1);
    expectNear(few.values, exact.values, 1e-5);
  });
});
