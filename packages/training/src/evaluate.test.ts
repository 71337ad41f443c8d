import '@tensorflow/tfjs-backend-cpu';
import { disposeVariables, predict } from '@resnetjs/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { evaluate } from './evaluate.js';
import { tinyClassifier, tinyData } from './tiny.test-support.js';

beforeAll(() => tf.setBackend('cpu'));

it('with test-time augmentation is of the mean probabilities that predict gives', async () => {
  const { numTensors } = tf.memory();
  const classifier = tinyClassifier();
  const data = tinyData(12);
  const images = await data.read([...data.labels.keys()]);
  for (const options of [{ tta: 'flip' }, {}] as const) {
    const rows = await predict(classifier, images, options);
    const expected = rows.map((row, index) => -Math.log(row[data.labels[index] as number] as number));
    for await (const event of evaluate(classifier, data, { ...options, batchSize: 5 })) {
      if (event.event !== 'done') continue;
      expect(event.loss).toBeCloseTo(expected.reduce((a, b) => a + b) / expected.length, 5);
    }
  }
  disposeVariables(classifier.variables);
  expect(tf.memory().numTensors).toBe(numTensors);
});
