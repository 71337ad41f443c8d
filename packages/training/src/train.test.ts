import '@tensorflow/tfjs-backend-cpu';
import {
  type Classifier,
  differentiate,
  disposeTrainingPass,
  disposeVariables,
  forwardTraining,
  gradientNorms,
  initialize,
  preprocess,
} from '@resnetjs/core';
import { type Dataset, subset } from '@resnetjs/data';
import { adam } from '@resnetjs/recipe';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { softmaxCrossEntropy } from './loss.js';
import { StatisticsEstimate } from './statistics.js';
import { tinyClassifier, tinyData, tinyNetwork } from './tiny.test-support.js';
import { train } from './train.js';
import type { TrainEvent } from './train-events.js';
import type { TrainOptions } from './train-options.js';

beforeAll(() => tf.setBackend('cpu'));

async function run(
  classifier: Classifier,
  options: TrainOptions,
  onEvent: (event: TrainEvent) => void = () => {},
) {
  const events: TrainEvent[] = [];
  for await (const event of train(classifier, tinyData(), options)) {
    events.push(event);
    onEvent(event);
  }
  return events;
}

const weightsOf = (classifier: Classifier) =>
  [...classifier.variables.weights.values(), ...classifier.variables.statistics.values()].map((tensor) => [
    ...tensor.dataSync(),
  ]);

describe('train', () => {
  it('learns, yields its events in order, and leaves no tensor but the variables', async () => {
    const tensors = tf.memory().numTensors;
    const classifier = tinyClassifier();
    const options = {
      epochs: 12,
      batchSize: 10,
      optimizer: adam({ learningRate: 0.02 }),
      validation: tinyData(9),
    };
    const events = await run(classifier, options);
    const kinds = events.filter(({ event }) => event !== 'progress').map(({ event }) => event);
    expect(kinds.slice(0, 5)).toEqual(['step', 'step', 'step', 'epoch', 'validation']);
    const done = events.at(-1);
    expect(done).toMatchObject({ event: 'done', completed: true, epochs: 12, steps: 36 });
    expect(done).toMatchObject({ validation: { accuracy: 1, images: 9 } });
    disposeVariables(classifier.variables);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('continues without images that break during training, and ends when all are broken', async () => {
    const broken = new Set<number>();
    const classifier = tinyClassifier();
    const breaking = { ...tinyData(), isBroken: (index: number) => broken.has(index) };
    const follow = async (onEpoch: (epoch: number) => void) => {
      const events: TrainEvent[] = [];
      for await (const event of train(classifier, breaking, { epochs: 2, batchSize: 10 })) {
        if (event.event === 'epoch') onEpoch(event.epoch);
        events.push(event);
      }
      return events;
    };
    const events = await follow(() => {
      for (let i = 0; i < 15; i++) broken.add(i);
    });
    expect(events.at(-1)).toMatchObject({ event: 'done', completed: true, epochs: 2 });
    expect(weightsOf(classifier).flat().every(Number.isFinite)).toBe(true);
    const all = follow(() => {
      for (let i = 0; i < 24; i++) broken.add(i);
    });
    await expect(all).rejects.toThrow('None of the images can be read any more, in epoch 2');
    disposeVariables(classifier.variables);
  });

  it('gives equal models for equal seeds, and different ones for different seeds', async () => {
    const trained = async (seed: number) => {
      const classifier = tinyClassifier();
      await run(classifier, { epochs: 2, batchSize: 10, seed });
      const values = weightsOf(classifier);
      disposeVariables(classifier.variables);
      return values;
    };
    const first = await trained(1);
    expect(await trained(1)).toEqual(first);
    expect(await trained(2)).not.toEqual(first);
  });

  it('ends after the current step when the signal is aborted', async () => {
    const controller = new AbortController();
    const classifier = tinyClassifier();
    const events = await run(classifier, { epochs: 5, batchSize: 10, signal: controller.signal }, (event) => {
      if (event.event === 'step' && event.epoch === 2) controller.abort();
    });
    expect(events.at(-1)).toMatchObject({ event: 'done', completed: false, epochs: 2, steps: 4 });
    disposeVariables(classifier.variables);
  });

  it('leaves no tensor but the variables when the loop is left', async () => {
    const tensors = tf.memory().numTensors;
    const classifier = tinyClassifier();
    for await (const event of train(classifier, tinyData(), { epochs: 3 })) if (event.event === 'step') break;
    disposeVariables(classifier.variables);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('stops at a step whose loss is not finite, says which, and keeps the last good variables', async () => {
    const tensors = tf.memory().numTensors;
    const classifier = tinyClassifier();
    const training = run(classifier, { epochs: 3, batchSize: 10, optimizer: adam({ learningRate: 1e38 }) });
    await expect(training).rejects.toThrow(
      /The loss became .* at step \d of epoch \d\. Try a smaller learning rate/,
    );
    disposeVariables(classifier.variables);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('stops at a validation whose loss is not finite, and says after which epoch', async () => {
    const classifier = tinyClassifier();
    const tensors = tf.memory().numTensors;
    const options = { batchSize: 24, optimizer: adam({ learningRate: 1e30 }), validation: tinyData() };
    await expect(run(classifier, options)).rejects.toThrow(
      /The validation loss became .* after epoch 1\. Try a smaller learning rate than 1e\+30/,
    );
    expect(tf.memory().numTensors).toBe(tensors);
    disposeVariables(classifier.variables);
  });

  it('measures gradients every `gradientsEvery` steps, and trains as it would without', async () => {
    const tensors = tf.memory().numTensors;
    const [measured, unmeasured, first] = [tinyClassifier(), tinyClassifier(), tinyClassifier()];
    const options = { epochs: 2, batchSize: 10 };
    const events = await run(measured, { ...options, gradientsEvery: 2 });
    await run(unmeasured, options);
    expect(weightsOf(measured)).toEqual(weightsOf(unmeasured));
    const reported = events.flatMap((each) => (each.event === 'gradients' ? [each] : []));
    expect(reported.map(({ epoch, step }) => [epoch, step])).toEqual([
      [1, 1],
      [1, 3],
      [2, 2],
    ]);
    for (const { layers } of reported) {
      expect(layers.map(({ name, depth }) => [name, depth])).toEqual([
        ['conv1a', 1],
        ['conv1b', 2],
        ['conv1c', 3],
        ['fc10', 4],
      ]);
      for (const { norm } of layers) expect(norm).toBeGreaterThan(0);
    }
    const before = events.findIndex(({ event }) => event === 'gradients') - 1;
    expect(events[before]).toMatchObject({ event: 'step', epoch: 1, step: 1 });

    // All images at once, whatever their order: the gradient of a bare pass.
    const [whole] = (await run(first, { batchSize: 24, gradientsEvery: 1 })).filter(
      (each) => each.event === 'gradients',
    );
    const bare = tinyClassifier();
    const images = preprocess(bare, await tinyData().read(Array.from({ length: 24 }, (_, index) => index)));
    const labels = tf.tensor1d(Int32Array.from(tinyData().labels), 'int32');
    const pass = differentiate(bare.network, bare.variables, images, (logits) => {
      return softmaxCrossEntropy(logits as tf.Tensor2D, labels).gradient;
    });
    const expected = await gradientNorms(bare.network, pass.gradients.weights);
    whole?.layers.forEach(({ norm }, index) => {
      expect(norm / (expected[index]?.norm ?? 0)).toBeCloseTo(1, 4);
    });
    disposeTrainingPass(pass);
    tf.dispose([images, labels]);
    for (const { variables } of [measured, unmeasured, first, bare]) disposeVariables(variables);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('decays the learning rate to zero by a cosine schedule', async () => {
    const classifier = tinyClassifier();
    const kernels: number[][] = [weightsOf(classifier)[0] as number[]];
    const options = { epochs: 6, batchSize: 24, schedule: 'cosine', statistics: 'running' } as const;
    await run(classifier, options, (event) => {
      if (event.event === 'step') kernels.push(weightsOf(classifier)[0] as number[]);
    });
    const moves = kernels.slice(1).map((kernel, step) => {
      const before = kernels[step] as number[];
      return Math.max(...kernel.map((value, index) => Math.abs(value - (before[index] as number))));
    });
    expect(moves[0]).toBeCloseTo(1e-3, 5);
    expect(moves[5]).toBeLessThan(1.5e-4);
    disposeVariables(classifier.variables);
  });

  it('includes the L2 penalty in the loss', async () => {
    const [withPenalty, without] = [tinyClassifier(), tinyClassifier()];
    const groups = [{ match: { op: 'conv', role: 'kernel' }, l2: 0.1 }] as const;
    const loss = async (classifier: Classifier, options: TrainOptions = {}) => {
      const [first] = await run(classifier, { epochs: 1, batchSize: 24, ...options });
      return first?.event === 'step' ? first.loss : Number.NaN;
    };
    const kernels = [...withPenalty.variables.weights].filter(([id]) => /branch.*kernel/.test(id));
    const squares = kernels.reduce(
      (sum, [, kernel]) => sum + (tf.sum(tf.square(kernel)).dataSync()[0] as number),
      0,
    );
    const difference = (await loss(withPenalty, { groups })) - (await loss(without));
    expect(difference).toBeCloseTo(0.1 * squares, 4);
  });

  it.each([
    [{ epochs: 0 }, /epochs is 0; it must be a whole number of at least 1/],
    [{ batchSize: 1.5 }, /batchSize is 1.5/],
    [{ gradientsEvery: 0 }, /gradientsEvery is 0/],
  ])('refuses %j', async (options, message) => {
    await expect(run(tinyClassifier(), options)).rejects.toThrow(message);
  });

  it('refuses other classes, also those whose names joined are the same, and names no more than ten', async () => {
    const named = (classes: readonly string[]) => train(tinyClassifier(), { ...tinyData(), classes }).next();
    await expect(named(['red', 'green,blue'])).rejects.toThrow(
      "The model's classes are red, green, blue, but the dataset's are red, green,blue: the model doesn't know green,blue.",
    );
    const many = Array.from({ length: 1000 }, (_, index) => `class ${index}`);
    await expect(named(many)).rejects.toThrow(/class 8, class 9 and 990 more: .* and 990 more\.$/);
  });

  it('takes classes by name: in another order, and of validation images fewer', async () => {
    const data = tinyData();
    const turned: Dataset = {
      ...data,
      classes: ['blue', 'red', 'green'],
      labels: data.labels.map((label) => (label + 1) % 3), // the same images, under the same names
    };
    const reds = subset(turned, [0, 3, 6]);
    const losses = async (images: Dataset) => {
      const found: number[] = [];
      for await (const event of train(tinyClassifier(), images, {
        epochs: 1,
        batchSize: 8,
        validation: reds,
      })) {
        if (event.event === 'step') found.push(event.loss);
        if (event.event === 'validation') {
          expect(event.confusion[0]?.reduce((a, b) => a + b)).toBe(3);
          found.push(event.loss);
        }
      }
      return found;
    };
    expect(await losses(turned)).toEqual(await losses(data));
  });

  it('refuses images of another size', async () => {
    const wide = { ...tinyData(), shape: [4, 8, 3] as const };
    await expect(train(tinyClassifier(), wide).next()).rejects.toThrow(
      'The images are 4×8×3, but preact/tiny takes 4×4×3.',
    );
  });
});

describe('StatisticsEstimate', () => {
  it('equals the moments of all images at once, where the network has one normalization', () => {
    const network = { ...tinyNetwork(), stages: [], head: tinyNetwork().head.slice(0, 2) };
    const variables = initialize(network, { seed: 0 });
    const first = tf.randomNormal([5, 4, 4, 3], 100, 0.5, 'float32', 1);
    const second = tf.randomNormal([5, 4, 4, 3], 101, 0.5, 'float32', 2);
    const estimate = new StatisticsEstimate(network);
    estimate.add(variables, first);
    estimate.add(variables, second);
    const together = forwardTraining(network, variables, tf.concat([first, second]));
    for (const [id, tensor] of estimate.result()) {
      const expected = together.moments.get(id)?.dataSync() as Float32Array;
      tensor.dataSync().forEach((value, index) => {
        expect(Math.abs(value / (expected[index] as number) - 1)).toBeLessThan(1e-5);
      });
    }
    estimate.dispose();
  });
});
