import { type FusedActivation, kernelNames } from '@resnetjs/backend';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { type BatchNorm, batchNorm, batchNormGradient } from './batch-norm.js';
import { sample, tensor } from './sample.js';
import { expectClose } from './expect-close.js';
import { run } from './run.js';

/** A shape and a distribution of x to test normalization with. */
export interface NormCase {
  readonly name: string;
  /** [..., channels] */
  readonly shape: readonly number[];
  readonly mean?: number;
  readonly spread?: number;
  /** Largest relative L2 difference of y and the gradients from float64's. Default: 1e-5. */
  readonly limit?: number;
}

/** Samples x, scale and offset of a case. */
export function sampleNorm(
  { shape, mean = 0.3, spread = 1 }: Omit<NormCase, 'name'>,
  activation: FusedActivation | 'linear',
): BatchNorm {
  const channels = shape.at(-1) as number;
  return {
    channels,
    epsilon: 1e-5,
    activation,
    x: sample(tf.util.sizeFromShape([...shape]), 1, mean, spread),
    scale: sample(channels, 2, 1, 0.5),
    offset: sample(channels, 3, 0, 0.5),
  };
}

/** Options of `testBatchNorm`. */
export interface NormOptions {
  /** A number for which the backend computes the mean of 300 equal values exactly. Default: 5.1. */
  readonly constant?: number;
}

/** Declares tests of the current backend's normalization in training and its gradient, against float64. */
export function testBatchNorm(cases: readonly NormCase[], { constant = 5.1 }: NormOptions = {}): void {
  describe.each(['linear', 'relu'] as const)('batch normalization in training, %s', (activation) => {
    it.each(cases)('agrees with float64 for $name', (each) => {
      const { shape, limit } = each;
      const norm = sampleNorm(each, activation);
      const expected = batchNorm(norm);
      const inputs = { x: tensor(norm.x, shape), scale: tensor(norm.scale), offset: tensor(norm.offset) };
      const attributes = { epsilon: norm.epsilon, activation };
      const [y, mean, variance] = run(kernelNames.batchNormTraining, inputs, attributes);
      tf.dispose(inputs);
      expectClose(y!, expected.y, limit);
      expectClose(mean!, expected.mean, 1e-6);
      expectClose(variance!, expected.variance);
    });

    it.each(cases)('has a gradient that agrees with float64 for $name', (each) => {
      const { shape, limit } = each;
      const norm = sampleNorm(each, activation);
      const { y, mean, variance } = batchNorm(norm);
      const dy = sample(norm.x.length, 4);
      const expected = batchNormGradient(norm, dy);
      const inputs = {
        dy: tensor(dy, shape),
        x: tensor(norm.x, shape),
        y: tensor(y, shape),
        scale: tensor(norm.scale),
        offset: tensor(norm.offset),
        mean: tensor(mean),
        variance: tensor(variance),
      };
      const attributes = { epsilon: norm.epsilon, activation };
      const [dx, dScale, dOffset] = run(kernelNames.batchNormTrainingGradient, inputs, attributes);
      tf.dispose(inputs);
      expectClose(dOffset!, expected.dOffset, limit);
      if (norm.x.length > norm.channels) {
        expectClose(dx!, expected.dx, limit);
        expectClose(dScale!, expected.dScale, limit);
      } else expect(Math.max(...dx!.map(Math.abs))).toBeLessThan(1e-4); // for one row, the exact gradient is 0
    });
  });

  describe('batch normalization in training', () => {
    it('zeroes the gradient exactly where it zeroed the output', () => {
      const norm = sampleNorm({ shape: [4000, 6], mean: 100, spread: 0.001 }, 'relu');
      const [x, scale, offset] = [tensor(norm.x, [4000, 6]), tensor(norm.scale), tf.zeros([6])];
      const attributes = { epsilon: 1e-9, activation: 'relu' };
      const [y, mean, variance] = run(kernelNames.batchNormTraining, { x, scale, offset }, attributes);
      const moments = { mean: tf.tensor(mean!), variance: tf.tensor(variance!) };
      const inputs = { dy: tf.ones([4000, 6]), x, y: tf.tensor(y!, [4000, 6]), scale, offset, ...moments };
      const [, , dOffset] = run(kernelNames.batchNormTrainingGradient, inputs, attributes);
      tf.dispose(inputs);
      const open = y!.map((value) => (value > 0 ? 1 : 0));
      for (let c = 0; c < 6; c++)
        expect(dOffset![c]).toBe(open.filter((_, i) => i % 6 === c).reduce((a, b) => a + b));
    });

    it('gives a constant channel variance 0', () => {
      const inputs = { x: tf.fill([300, 5], constant), scale: tf.ones([5]), offset: tf.zeros([5]) };
      const [y, mean, variance] = run(kernelNames.batchNormTraining, inputs, {
        epsilon: 1e-5,
        activation: 'linear',
      });
      tf.dispose(inputs);
      expect([...y!]).toEqual(Array(1500).fill(0));
      expect([...mean!]).toEqual(Array(5).fill(Math.fround(constant)));
      expect([...variance!]).toEqual(Array(5).fill(0));
    });

    it('propagates NaN in its channel alone', () => {
      const x = tf.tensor2d([1, Number.NaN, 2, 3], [2, 2]);
      const inputs = { x, scale: tf.ones([2]), offset: tf.zeros([2]) };
      const [y, mean] = run(kernelNames.batchNormTraining, inputs, { epsilon: 1e-5, activation: 'relu' });
      tf.dispose(inputs);
      expect([...y!].map(Number.isNaN)).toEqual([false, true, false, true]);
      expect([...mean!].map(Number.isNaN)).toEqual([false, true]);
    });

    it('reports which input does not fit', () => {
      const inputs = { x: tf.ones([2, 3]), scale: tf.ones([3]), offset: tf.ones([2]) };
      const attributes = { epsilon: 1e-5, activation: 'linear' };
      expect(() => run(kernelNames.batchNormTraining, inputs, attributes)).toThrow(/offset \[2\]/);
      tf.dispose(inputs);
    });
  });
}
