import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { softmaxCrossEntropy } from './loss.js';

beforeAll(() => tf.setBackend('cpu'));

const logits = [
  [1.5, -0.5, 0.25],
  [-2, 3, 0.5],
];
const labels = [0, 2];

function truth(values: number[][]): number {
  const losses = values.map((row, index) => {
    const sum = row.reduce((total, value) => total + Math.exp(value), 0);
    return Math.log(sum) - (row[labels[index] as number] as number);
  });
  return losses.reduce((a, b) => a + b) / losses.length;
}

describe('softmaxCrossEntropy', () => {
  it('gives the loss, its gradient (by finite differences in float64), and how many are classified correctly', () => {
    const { loss, gradient, correct } = softmaxCrossEntropy(
      tf.tensor2d(logits),
      tf.tensor1d(labels, 'int32'),
    );
    expect(loss.dataSync()[0]).toBeCloseTo(truth(logits), 6);
    expect(correct.dataSync()[0]).toBe(1);
    const slopes = logits.flatMap((row, i) =>
      row.map((_value, j) => {
        const moved = (by: number) =>
          logits.map((r, k) => r.map((v, l) => (k === i && l === j ? v + by : v)));
        return (truth(moved(1e-5)) - truth(moved(-1e-5))) / 2e-5;
      }),
    );
    [...gradient.dataSync()].forEach((value, index) => {
      expect(Math.abs(value - (slopes[index] as number))).toBeLessThan(1e-6);
    });
  });

  it('stays finite for logits that a naive exponential overflows', () => {
    const { loss } = softmaxCrossEntropy(tf.tensor2d([[1000, 0]]), tf.tensor1d([1], 'int32'));
    expect(loss.dataSync()[0]).toBe(1000);
  });
});
