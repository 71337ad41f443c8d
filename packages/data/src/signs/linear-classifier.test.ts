import { RandomGenerator } from '@resnetjs/core/network';
import { expect, it } from 'vitest';
import type { Dataset } from '../dataset.js';
import { syntheticSigns } from './synthetic-signs.js';

const CLASSES = 6;

/** Raw pixels minus the mean training image, in −1 … 1, and a 1 for the bias: [n, pixels + 1]. */
async function features(dataset: Dataset, mean?: Float32Array) {
  const count = dataset.labels.length;
  const images = await dataset.read(Array.from(dataset.labels.keys()));
  const pixels = images.length / count;
  const centre = mean ?? new Float32Array(pixels);
  if (!mean)
    images.forEach((value, i) => {
      centre[i % pixels] = (centre[i % pixels] as number) + value / count;
    });
  const rows = Array.from({ length: count }, (_, n) => {
    const row = new Float32Array(pixels + 1).fill(1);
    for (let i = 0; i < pixels; i++)
      row[i] = ((images[n * pixels + i] as number) - (centre[i] as number)) / 255;
    return row;
  });
  return { rows, centre };
}

function scores(weights: readonly Float32Array[], row: Float32Array): number[] {
  return weights.map((weight) => {
    let sum = 0;
    for (let i = 0; i < row.length; i++) sum += (weight[i] as number) * (row[i] as number);
    return sum;
  });
}

/** Multinomial logistic regression by stochastic gradient descent, with a learning rate that decays to zero. */
function fit(rows: readonly Float32Array[], labels: Uint16Array, epochs: number): Float32Array[] {
  const weights = Array.from({ length: CLASSES }, () => new Float32Array((rows[0] as Float32Array).length));
  const random = RandomGenerator.stateless(0);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const rate = 0.01 * (1 - epoch / epochs);
    for (const n of random.permutation(rows.length)) {
      const row = rows[n] as Float32Array;
      const logits = scores(weights, row);
      const max = Math.max(...logits);
      const odds = logits.map((logit) => Math.exp(logit - max));
      const total = odds.reduce((a, b) => a + b);
      weights.forEach((weight, label) => {
        const step = rate * (Number(labels[n] === label) - (odds[label] as number) / total);
        for (let i = 0; i < row.length; i++) weight[i] = (weight[i] as number) + step * (row[i] as number);
      });
    }
  }
  return weights;
}

function accuracy(
  weights: readonly Float32Array[],
  rows: readonly Float32Array[],
  labels: Uint16Array,
): number {
  const correct = rows.filter((row, n) => {
    const logits = scores(weights, row);
    return logits.indexOf(Math.max(...logits)) === labels[n];
  });
  return correct.length / rows.length;
}

const thorough = process.env.RESNETJS_THOROUGH === '1';

/** A quarter of a minute; the images change only with the files beside. */
it.skipIf(!thorough)('is too hard for a linear classifier on raw pixels', { timeout: 300_000 }, async () => {
  const train = syntheticSigns({ size: 32, count: 2100 });
  const test = syntheticSigns({ size: 32, split: 'test' });
  const { rows, centre } = await features(train);
  const weights = fit(rows, train.labels, 25);
  const learned = accuracy(weights, rows, train.labels);
  const held = accuracy(weights, (await features(test, centre)).rows, test.labels);
  console.log(
    `linear classifier on synthetic:signs, 32 pixels: ${learned.toFixed(3)} in training, ${held.toFixed(3)} held out`,
  );
  expect(learned).toBeGreaterThan(0.6); // it did learn what it could
  expect(held).toBeLessThan(0.45);
});
