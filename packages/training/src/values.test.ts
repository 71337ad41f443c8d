// Values that a training gives, each against plain arithmetic in float64: what is right on average, or for three
// classes, or with one deviation for all channels, is not right.
import '@tensorflow/tfjs-backend-cpu';
import {
  type Classifier,
  createClassifier,
  disposeTensors,
  disposeTrainingPass,
  disposeVariables,
  forward,
  forwardTraining,
  RandomGenerator,
  preprocess,
} from '@resnetjs/core';
import type { Dataset } from '@resnetjs/data';
import { adam, sgd } from '@resnetjs/recipe';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { imageInputs } from './network-inputs.js';
import { estimateStatistics } from './estimate-statistics.js';
import { evaluate } from './evaluate.js';
import { initialOptimizerState, applyGradients } from './optimizer.js';
import { updateStatistics } from './statistics.js';
import { tinyNetwork } from './tiny.test-support.js';
import { train } from './train.js';

beforeAll(() => tf.setBackend('cpu'));

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];

/** Images of random pixels with random labels, so that nothing about them is symmetric; `read` collects the indices. */
function randomData(count: number, classes = names, read: number[] = []): Dataset {
  const random = RandomGenerator.stateless(7);
  const pixels = Array.from({ length: count }, () =>
    Uint8Array.from({ length: 48 }, () => random.integer(256)),
  );
  return {
    classes,
    shape: [4, 4, 3],
    labels: Uint16Array.from({ length: count }, () => random.integer(classes.length)),
    read: async (indices) => {
      read.push(...Array.from(indices));
      const images = new Uint8Array(48 * indices.length);
      Array.from(indices).forEach((index, at) => {
        images.set(pixels[index] as Uint8Array, 48 * at);
      });
      return images;
    },
  };
}

/** With seven classes, and each channel's own mean and std. */
function sevenClasses(): Classifier {
  const network = tinyNetwork();
  const [norm, relu, pool, flatten, dense] = network.head;
  const head = [norm, relu, pool, flatten, { ...dense, units: names.length }] as typeof network.head;
  const preprocessing = {
    mean: [100, 20, 200],
    std: [50, 3, 120],
    interpolation: 'bilinear',
    fit: 'fill',
  } as const;
  return createClassifier({ ...network, head }, { classes: names, seed: 3, preprocessing });
}

describe('evaluate', () => {
  it.each([1, 4, 32, 100])(
    'gives the mean loss and the confusion of 21 images, %d at a time',
    async (batchSize) => {
      const classifier = sevenClasses();
      const data = randomData(21);
      const images = await data.read([...data.labels.keys()]);
      const prepared = preprocess(classifier, images);
      const output = forward(classifier.network, classifier.variables, prepared);
      const logits = (await output.array()) as number[][];
      const confusion = names.map(() => names.map(() => 0));
      let loss = 0;
      logits.forEach((row, index) => {
        const label = data.labels[index] as number;
        const most = Math.max(...row);
        const sum = row.reduce((total, value) => total + Math.exp(value - most), 0);
        loss += (Math.log(sum) + most - (row[label] as number)) / logits.length;
        (confusion[label] as number[])[row.indexOf(most)]!++;
      });
      const correct = confusion.reduce((sum, row, label) => sum + (row[label] as number), 0);
      // A transposed matrix, or one of another count, is another.
      expect(confusion.map((row, i) => row.map((_, j) => confusion[j]?.[i]))).not.toEqual(confusion);

      let result: unknown;
      for await (const event of evaluate(classifier, data, { batchSize })) result = event;
      expect(result).toMatchObject({ event: 'done', images: 21, accuracy: correct / 21, confusion });
      expect((result as { loss: number }).loss).toBeCloseTo(loss, 5);
      tf.dispose([prepared, output]);
      disposeVariables(classifier.variables);
    },
  );
});

it('each channel has its own mean and std', async () => {
  const classifier = sevenClasses();
  const images = Uint8Array.from({ length: 96 }, (_, i) => (i * 89) % 256);
  const prepared = preprocess(classifier, images);
  const { mean, std } = classifier.preprocessing;
  const expected = Array.from(images, (value, i) =>
    Math.fround((value - (mean[i % 3] as number)) / (std[i % 3] as number)),
  );
  expect([...(await prepared.data())]).toEqual(expected);
  prepared.dispose();
  disposeVariables(classifier.variables);
});

/** The mean and the variance over all images at once, of the first normalization: it takes the first convolution's result. */
async function statisticsOf(
  classifier: Classifier,
  data: Dataset,
  order: ArrayLike<number>,
  batchSize: number,
) {
  const batches: { mean: number[]; variance: number[] }[] = [];
  for (let start = 0; start < order.length; start += batchSize) {
    const images = await data.read(Array.from(order).slice(start, start + batchSize));
    const prepared = preprocess(classifier, images);
    const pass = forwardTraining(classifier.network, classifier.variables, prepared);
    const of = (role: string) => [...(pass.moments.get(`stage0.block0.branch.1.${role}`)?.dataSync() ?? [])];
    batches.push({ mean: of('mean'), variance: of('variance') });
    disposeTrainingPass(pass);
    prepared.dispose();
  }
  const average = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const channels = [...(batches[0]?.mean.keys() ?? [])];
  const mean = channels.map((c) => average(batches.map((batch) => batch.mean[c] as number)));
  const variance = channels.map(
    (c) =>
      average(batches.map((batch) => batch.variance[c] as number)) +
      average(batches.map((batch) => ((batch.mean[c] as number) - (mean[c] as number)) ** 2)),
  );
  return { mean, variance };
}

const statisticsIn = ({ variables }: Classifier, role: 'mean' | 'variance') => [
  ...(variables.statistics.get(`stage0.block0.branch.1.${role}`)?.dataSync() ?? []),
];

describe('precise statistics', () => {
  it.each([
    [120, 40, 'every batch that there is'],
    [120, 3, 'as many batches as asked for'],
  ])('are of %d images in at most %d batches of 20: %s', async (count, batchLimit) => {
    const classifier = sevenClasses();
    const read: number[] = [];
    const data = randomData(count, names, read);
    const learned = new Set(classifier.variables.weights.keys());
    const options = { batchSize: 20, batchLimit, seed: 1, epoch: 2, learned };
    for await (const _ of estimateStatistics(classifier, imageInputs(classifier, data), options));
    const order = [...read];
    expect(new Set(order).size).toBe(Math.min(count, 20 * batchLimit));
    const expected = await statisticsOf(classifier, data, order, 20);
    for (const role of ['mean', 'variance'] as const) {
      const found = statisticsIn(classifier, role);
      for (const [c, value] of expected[role].entries()) expect(found[c] as number).toBeCloseTo(value, 4);
    }
    disposeVariables(classifier.variables);
  });

  it('are those of the final model, without a validation, too', async () => {
    const classifier = sevenClasses();
    const read: number[] = [];
    const data = randomData(60, names, read);
    for await (const _ of train(classifier, data, { epochs: 2, batchSize: 20, optimizer: sgd() }));
    const order = read.slice(-60);
    const expected = await statisticsOf(classifier, data, order, 20);
    for (const role of ['mean', 'variance'] as const) {
      const found = statisticsIn(classifier, role);
      for (const [c, value] of expected[role].entries()) expect(found[c] as number).toBeCloseTo(value, 4);
    }
    disposeVariables(classifier.variables);
  });
});

it('running statistics keep their share over a hundred steps', () => {
  const network = tinyNetwork();
  const id = 'stage0.block0.branch.1.mean';
  const random = RandomGenerator.stateless(2);
  const classifier = createClassifier(network, { classes: ['a', 'b', 'c'] });
  let statistics = new Map(
    [...classifier.variables.statistics].map(([key, tensor]) => [key, tensor.clone()] as const),
  ) as ReadonlyMap<string, tf.Tensor>;
  const result = tf.zeros([1, 3]);
  let truth = 0;
  for (let step = 0; step < 100; step++) {
    const value = random.normal();
    truth = 0.9 * truth + 0.1 * value;
    const moments = new Map([...statistics].map(([key, tensor]) => [key, tf.fill(tensor.shape, value)]));
    const next = updateStatistics(network, statistics, { moments, result });
    disposeTensors(statistics);
    disposeTensors(moments);
    statistics = next;
  }
  for (const value of statistics.get(id)?.dataSync() ?? []) expect(value).toBeCloseTo(truth, 5);
  disposeTensors(statistics);
  disposeVariables(classifier.variables);
});

it('Adam still corrects its bias rightly after a thousand steps', () => {
  const optimizer = adam({ learningRate: 1e-3 });
  const settings = new Map([['w', { learningRateFactor: 1, l2: 0, decay: 0, frozen: false }]]);
  let weights = new Map([['w', tf.tensor1d([0.5, -1])]]) as ReadonlyMap<string, tf.Tensor>;
  let state = initialOptimizerState(optimizer, weights);
  const random = RandomGenerator.stateless(4);
  // Kingma and Ba 2015, Algorithm 1, with epsilon as Keras has it, in float64.
  const truth = [0.5, -1];
  const first = [0, 0];
  const second = [0, 0];
  for (let step = 0; step < 1200; step++) {
    const values = [random.normal(), 0.01 * random.normal() + 0.02];
    values.forEach((gradient, i) => {
      first[i] = 0.9 * (first[i] as number) + 0.1 * gradient;
      second[i] = 0.999 * (second[i] as number) + 0.001 * gradient ** 2;
      const size = (1e-3 * Math.sqrt(1 - 0.999 ** (step + 1))) / (1 - 0.9 ** (step + 1));
      truth[i] =
        (truth[i] as number) - (size * (first[i] as number)) / (Math.sqrt(second[i] as number) + 1e-7);
    });
    const gradients = new Map([['w', tf.tensor1d(values)]]);
    const next = applyGradients(optimizer, settings, weights, gradients, state);
    for (const map of [weights, gradients, ...Object.values(state.slots)]) disposeTensors(map);
    weights = next.weights;
    state = next.state;
  }
  const found = [...(weights.get('w')?.dataSync() ?? [])];
  expect(found[0]).toBeCloseTo(truth[0] as number, 4);
  expect(found[1]).toBeCloseTo(truth[1] as number, 4);
  for (const map of [weights, ...Object.values(state.slots)]) disposeTensors(map);
});

it('every epoch takes every image once, in an order of its own', async () => {
  const classifier = sevenClasses();
  const read: number[] = [];
  const data = randomData(40, names, read);
  for await (const _ of train(classifier, data, { epochs: 3, batchSize: 7, statistics: 'running' }));
  const epochs = [0, 1, 2].map((epoch) => read.slice(40 * epoch, 40 * (epoch + 1)));
  for (const order of epochs) expect([...order].sort((a, b) => a - b)).toEqual([...data.labels.keys()]);
  expect(new Set(epochs.map(String)).size).toBe(3);
  expect(epochs.map(String)).not.toContain(String([...data.labels.keys()]));
  disposeVariables(classifier.variables);
});
