import { type FusedActivation, kernelNames } from '@resnetjs/backend';
import * as tf from '@tensorflow/tfjs-core';
import type { Norm } from '../network/types.js';
import { activate, gradientThrough } from './activation.js';
import type { Vjp, Moments } from './vjp.js';
import { optionalKernel } from './optional-kernel.js';

interface NormWeights {
  readonly scale: tf.Tensor; // [channels]
  readonly offset: tf.Tensor; // [channels]
}

/** The activation of a batch normalization with given statistics. */
export function normalize(
  op: Norm,
  x: tf.Tensor,
  { scale, offset }: NormWeights,
  statistics: Moments,
  activation: FusedActivation | 'linear',
): tf.Tensor {
  return tf.tidy(() => {
    const { mean, variance } = statistics as { mean: tf.Tensor1D; variance: tf.Tensor1D };
    const y = tf.batchNorm(
      x as tf.Tensor4D,
      mean,
      variance,
      offset as tf.Tensor1D,
      scale as tf.Tensor1D,
      op.epsilon,
    ); // [batch, height, width, channels]
    return activate(activation, y);
  });
}

/**
 * The activation of a normalization with the batch's own moments (Ioffe and Szegedy 2015, Algorithm 1), and its VJP in
 * closed form.
 */
export function differentiateNorm(
  op: Norm,
  x: tf.Tensor,
  weights: NormWeights,
  activation: FusedActivation | 'linear',
): Vjp {
  const { scale, offset } = weights;
  const attributes = { epsilon: op.epsilon, activation };
  const [y, mean, variance] = optionalKernel(
    kernelNames.batchNormTraining,
    { x, scale, offset },
    attributes,
    () => {
      const axes = positions(x);
      const mean = tf.mean(x, axes); // [channels]
      const variance = tf.mean(tf.squaredDifference(x, mean), axes); // [channels]
      return [normalize(op, x, weights, { mean, variance }, activation), mean, variance];
    },
  );
  return {
    y,
    saved: activation === 'linear' ? [x] : [x, y],
    moments: { mean, variance },
    backward: (dy) => {
      const given = { dy, x, scale, offset, mean, variance };
      const inputs = activation === 'linear' ? given : { ...given, y };
      const [dx, dScale, dOffset] = optionalKernel(
        kernelNames.batchNormTrainingGradient,
        inputs,
        attributes,
        () => composeGradient(op, inputs, activation),
      );
      return {
        inputs: [dx],
        weights: [
          ['scale', dScale],
          ['offset', dOffset],
        ],
      };
    },
  };
}

/**
 * The activation of a normalization with running statistics, and its VJP, for the input only:
 * g · scale / √(variance + ε), by channel, where g is the gradient of the normalization's result.
 */
export function differentiateFixedNorm(
  op: Norm,
  x: tf.Tensor,
  weights: NormWeights,
  statistics: Moments,
  activation: FusedActivation | 'linear',
): Vjp {
  const y = normalize(op, x, weights, statistics, activation);
  const linear = activation === 'linear';
  return {
    y,
    saved: linear ? [] : [y],
    backward: (dy) => {
      const dx = tf.tidy(() => {
        const slope = tf.mul(weights.scale, tf.rsqrt(tf.add(statistics.variance, op.epsilon))); // [channels]
        return tf.mul(linear ? dy : gradientThrough(activation, dy, y), slope); // as x
      });
      return { inputs: [dx], weights: [] };
    },
  };
}

interface GradientInputs extends NormWeights {
  readonly dy: tf.Tensor;
  readonly x: tf.Tensor;
  /** With an activation: its result. */
  readonly y?: tf.Tensor | undefined;
  readonly mean: tf.Tensor;
  readonly variance: tf.Tensor;
}

/** dx = scale · inverse · (g − mean(g) − x̂ · mean(g · x̂)), where g is the gradient of the normalization's result. */
function composeGradient(
  op: Norm,
  inputs: GradientInputs,
  activation: FusedActivation | 'linear',
): [tf.Tensor, tf.Tensor, tf.Tensor] {
  const { dy, x, y, scale, mean, variance } = inputs;
  const axes = positions(x);
  const count = x.size / scale.size;
  const inverse = tf.rsqrt(tf.add(variance, op.epsilon)); // [channels]
  const normalized = tf.mul(tf.sub(x, mean), inverse); // as x
  const g = activation === 'linear' ? dy : gradientThrough(activation, dy, y as tf.Tensor); // as x
  const dOffset = tf.sum(g, axes); // [channels]
  const dScale = tf.sum(tf.mul(g, normalized), axes); // [channels]
  const centered = tf.sub(tf.sub(g, tf.div(dOffset, count)), tf.mul(normalized, tf.div(dScale, count))); // as x
  return [tf.mul(centered, tf.mul(scale, inverse)), dScale, dOffset];
}

/** All axes but the channels. */
function positions(x: tf.Tensor): number[] {
  return Array.from({ length: x.rank - 1 }, (_, axis) => axis);
}
