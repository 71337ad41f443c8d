import { disposeVariables } from '@resnetjs/core';
import { sgd } from '@resnetjs/recipe';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, expect, it } from 'vitest';
import { findLearningRate, type RatePoint, suggestLearningRate } from './find-learning-rate.js';
import { tinyClassifier, tinyData } from './tiny.test-support.js';
import { train } from './train.js';

beforeAll(() => tf.setBackend('cpu'));

async function search(options: Parameters<typeof findLearningRate>[2], classifier = tinyClassifier()) {
  const points: RatePoint[] = [];
  for await (const point of findLearningRate(classifier, tinyData(), options)) points.push(point);
  disposeVariables(classifier.variables);
  return points;
}

it('raises the rate exponentially until the loss diverges', async () => {
  const points = await search({ batchSize: 8, optimizer: sgd({ momentum: 0.9 }), highest: 1e6 });
  const [first, second] = points as [RatePoint, RatePoint];
  expect(first.learningRate).toBeCloseTo(1e-6, 12);
  const ratio = 1e12 ** (1 / 99);
  points.forEach(({ step, learningRate }, index) => {
    expect(step).toBe(index + 1);
    expect(learningRate / (1e-6 * ratio ** index)).toBeCloseTo(1, 6);
  });
  expect(points.length).toBeGreaterThan(20);
  expect(points.length).toBeLessThan(100);
  expect(second.smoothed).toBeCloseTo((0.1 * second.loss + 0.09 * first.loss) / 0.19, 6);
  const rate = suggestLearningRate(points) as number;
  expect(rate).toBeGreaterThan(1e-4);
  expect(rate).toBeLessThan(10);
});

it('takes the steps that a training takes, leaves the classifier as it was, and no tensors', async () => {
  const classifier = tinyClassifier();
  const before = tf.memory().numTensors;
  const recipe = { batchSize: 8, augment: [], seed: 2 };
  const losses: number[] = [];
  // At a rate that doesn't change, the search is a training.
  const options = { ...recipe, lowest: 1e-3, highest: 1e-3, steps: 5 };
  for await (const { loss } of findLearningRate(classifier, tinyData(), options)) losses.push(loss);
  expect(tf.memory().numTensors).toBe(before);
  const expected: number[] = [];
  for await (const event of train(classifier, tinyData(), { ...recipe, epochs: 2 })) {
    if (event.event === 'step') expected.push(event.loss);
  }
  expect(losses).toEqual(expected.slice(0, 5));
  disposeVariables(classifier.variables);
});

it('ends when it is left, and when its signal says so', async () => {
  const classifier = tinyClassifier();
  const before = tf.memory().numTensors;
  for await (const _ of findLearningRate(classifier, tinyData())) break;
  const stop = new AbortController();
  let steps = 0;
  for await (const { step } of findLearningRate(classifier, tinyData(), { signal: stop.signal })) {
    steps = step;
    if (step === 3) stop.abort();
  }
  expect(steps).toBe(3);
  expect(tf.memory().numTensors).toBe(before);
  disposeVariables(classifier.variables);
});

it('suggests a tenth of the rate at the lowest smoothed loss, if it ever fell', () => {
  const points = [2, 1.5, 1, 3].map((smoothed, i) => ({
    step: i + 1,
    learningRate: 10 ** i,
    loss: 0,
    smoothed,
  }));
  expect(suggestLearningRate(points)).toBe(10);
  expect(suggestLearningRate(points.slice(3).map((point) => ({ ...point, step: 1 })))).toBeNull();
  expect(suggestLearningRate([])).toBeNull();
});

it('ends at a loss that is not finite, and refuses rates that fall', async () => {
  const classifier = tinyClassifier();
  const endless = findLearningRate(classifier, tinyData(), { groups: [{ match: {}, l2: 1e38 }] });
  expect((await endless.next()).value).toMatchObject({ step: 1 });
  expect((await endless.next()).done).toBe(true);
  for (const rates of [{ lowest: 0 }, { lowest: 2, highest: 1 }, { highest: Number.NaN }]) {
    await expect(findLearningRate(classifier, tinyData(), rates).next()).rejects.toThrow('rates must rise');
  }
  disposeVariables(classifier.variables);
});
