// A training of many steps, resumed at each: which images it reads next, and in which order.
import '@tensorflow/tfjs-backend-cpu';
import { disposeVariables } from '@resnetjs/core';
import type { Dataset } from '@resnetjs/data';
import type { Checkpoint } from '@resnetjs/recipe';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { tinyClassifier, tinyData } from './tiny.test-support.js';
import { train } from './train.js';

beforeAll(() => tf.setBackend('cpu'));

const values = (map: ReadonlyMap<string, tf.Tensor>) =>
  [...map].map(([id, tensor]) => [id, ...tensor.dataSync()]);

const options = { epochs: 2, batchSize: 3, statistics: 'running', checkpointEvery: 1 } as const;

function recorded(): { data: Dataset; read: string[] } {
  const read: string[] = [];
  const data: Dataset = {
    ...tinyData(22),
    read: async (indices) => {
      read.push(String(Array.from(indices)));
      return tinyData(22).read(indices);
    },
  };
  return { data, read };
}

it('reads the batches that were still to come, at each of eight steps of two epochs', async () => {
  const classifier = tinyClassifier();
  const whole = recorded();
  const saved: Checkpoint[] = [];
  for await (const event of train(classifier, whole.data, options))
    if (event.event === 'checkpoint') saved.push(event.capture());
  disposeVariables(classifier.variables);
  expect(whole.read).toHaveLength(16);
  expect(new Set(whole.read).size).toBe(16);
  expect(saved).toHaveLength(18);
  for (const { classifier: from, state } of saved) {
    const { data, read } = recorded();
    const taken = state.optimizer.step;
    const steps: number[] = [];
    for await (const event of train(from, data, { ...options, resume: state }))
      if (event.event === 'step') steps.push(8 * (event.epoch - 1) + event.step);
    expect(read).toEqual(whole.read.slice(taken));
    expect(steps).toEqual(Array.from({ length: 16 - taken }, (_, i) => taken + i + 1));
    disposeVariables(from.variables);
  }
});

it('resumes where images could not be read, as if it had never stopped', async () => {
  const data: Dataset = { ...tinyData(22), isBroken: (index) => [0, 5, 6, 17, 21].includes(index) };
  const classifier = tinyClassifier();
  const saved: Checkpoint[] = [];
  for await (const event of train(classifier, data, options))
    if (event.event === 'checkpoint') saved.push(event.capture());
  const expected = values(classifier.variables.weights);
  disposeVariables(classifier.variables);
  expect(saved).toHaveLength(18);
  expect(saved.every(({ state }) => state.progress.totals.images > 0)).toBe(true);
  for (const { classifier: from, state } of saved) {
    for await (const _ of train(from, data, { ...options, resume: state }));
    expect(values(from.variables.weights)).toEqual(expected);
    disposeVariables(from.variables);
  }
});

it('resumes where whole batches could not be read, as if it had never stopped', async () => {
  const data: Dataset = { ...tinyData(22), isBroken: (index) => index % 4 !== 0 };
  const classifier = tinyClassifier();
  const saved: Checkpoint[] = [];
  const steps = [0, 0];
  for await (const event of train(classifier, data, options)) {
    if (event.event === 'step') steps[event.epoch - 1] = event.step;
    if (event.event === 'checkpoint') saved.push(event.capture());
  }
  expect(Math.min(...steps)).toBeGreaterThan(1);
  expect(Math.min(...steps)).toBeLessThan(6); // of eight batches of three, with six images that can be read
  const expected = values(classifier.variables.weights);
  disposeVariables(classifier.variables);
  for (const { classifier: from, state } of saved) {
    for await (const _ of train(from, data, { ...options, resume: state }));
    expect(values(from.variables.weights)).toEqual(expected);
    disposeVariables(from.variables);
  }
});
