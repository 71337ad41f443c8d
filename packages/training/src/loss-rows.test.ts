// Each image of a batch counts the same, and by itself.
import '@tensorflow/tfjs-backend-cpu';
import { RandomGenerator } from '@resnetjs/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { softmaxCrossEntropy } from './loss.js';

beforeAll(() => tf.setBackend('cpu'));

it.each([
  [1, 2],
  [7, 3],
  [100, 11],
  [3, 1000],
])('%d images of %d classes, as in float64, where rows are thousands apart', (batch, classes) => {
  const random = RandomGenerator.stateless(8);
  const rows = Array.from({ length: batch }, (_, row) =>
    Array.from({ length: classes }, () => Math.fround(2 * random.normal() + 1000 * ((row % 3) - 1))),
  );
  const labels = rows.map(() => random.integer(classes));
  let [loss, correct] = [0, 0];
  const gradient = rows.flatMap((row, index) => {
    const most = Math.max(...row);
    const powers = row.map((value) => Math.exp(value - most));
    const sum = powers.reduce((a, b) => a + b);
    const label = labels[index] as number;
    loss += (Math.log(sum) + most - (row[label] as number)) / batch;
    if (row.indexOf(most) === label) correct++;
    return powers.map((power, i) => (power / sum - (i === label ? 1 : 0)) / batch);
  });
  const tensors = tf.memory().numTensors;
  const found = softmaxCrossEntropy(tf.tensor2d(rows), tf.tensor1d(labels, 'int32'));
  // float32 keeps 6e-5 of a logit of a thousand.
  expect(Math.abs((found.loss.dataSync()[0] as number) - loss)).toBeLessThan(2e-4);
  expect(found.correct.dataSync()[0]).toBe(correct);
  const values = found.gradient.dataSync();
  gradient.forEach((value, i) => {
    expect(Math.abs((values[i] as number) - value) * batch).toBeLessThan(2e-6);
  });
  expect(tf.memory().numTensors).toBe(tensors + 5); // the inputs, and three results
});
