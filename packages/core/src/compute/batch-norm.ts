import { kernelNames } from '@resnetjs/backend';
import * as tf from '@tensorflow/tfjs-core';
import type { Norm } from '../network/types.js';
import { reluGradient } from './activation.js';
import type { Vjp, Moments } from './vjp.js';
import { optionalKernel } from './optional-kernel.js';

interface NormWeights {
  readonly scale: tf.Tensor; // [channels]
  readonly offset: tf.Tensor; // [channels]
}

/** Batch normalization with given statistics and, with `relu`, a ReLU. */
export function normalize(
  op: Norm,
  x: tf.Tensor,
  { scale, offset }: NormWeights,
  statistics: Moments,
  relu: boolean,
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
    return relu ? tf.relu(y) : y;
  });
}

/** Normalization with the batch's own moments (Ioffe and Szegedy 2015, Algorithm 1), and its VJP in closed form. */
export function differentiateNorm(op: Norm, x: tf.Tensor, weights: NormWeights, relu: boolean): Vjp {
  const { scale, offset } = weights;
  const attributes = { epsilon: op.epsilon, relu };
  const [y, mean, variance] = optionalKernel<[tf.Tensor, tf.Tensor, tf.Tensor]>(
    kernelNames.batchNormTraining,
    { x, scale, offset },
    attributes,
    () => {
      const axes = positions(x);
      const mean = tf.mean(x, axes); // [channels]
      const variance = tf.mean(tf.squaredDifference(x, mean), axes); // [channels]
      return [normalize(op, x, weights, { mean, variance }, relu), mean, variance];
    },
  );
  return {
    y,
    saved: [x],
    moments: { mean, variance },
    backward: (dy) => {
      const inputs = { dy, x, scale, offset, mean, variance };
      const [dx, dScale, dOffset] = optionalKernel<[tf.Tensor, tf.Tensor, tf.Tensor]>(
        kernelNames.batchNormTrainingGradient,
        inputs,
        attributes,
        () => composeGradient(op, inputs, relu),
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

/** Normalization with running statistics, and its VJP, for the input only: dy · scale / √(variance + ε), by channel. */
export function differentiateFixedNorm(
  op: Norm,
  x: tf.Tensor,
  weights: NormWeights,
  statistics: Moments,
  relu: boolean,
): Vjp {
  const y = normalize(op, x, weights, statistics, relu);
  return {
    y,
    saved: relu ? [y] : [],
    backward: (dy) => {
      const dx = tf.tidy(() => {
        const slope = tf.mul(weights.scale, tf.rsqrt(tf.add(statistics.variance, op.epsilon))); // [channels]
        return tf.mul(relu ? reluGradient(dy, y) : dy, slope); // as x
      });
      return { inputs: [dx], weights: [] };
    },
  };
}

interface GradientInputs extends NormWeights {
  readonly dy: tf.Tensor;
  readonly x: tf.Tensor;
  readonly mean: tf.Tensor;
  readonly variance: tf.Tensor;
}

/** dx = scale · inverse · (g − mean(g) − x̂ · mean(g · x̂)), where g is dy, or 0 where the ReLU's result is 0. */
function composeGradient(op: Norm, inputs: GradientInputs, relu: boolean): [tf.Tensor, tf.Tensor, tf.Tensor] {
  const { dy, x, scale, offset, mean, variance } = inputs;
  const axes = positions(x);
  const count = x.size / scale.size;
  const inverse = tf.rsqrt(tf.add(variance, op.epsilon)); // [channels]
  const normalized = tf.mul(tf.sub(x, mean), inverse); // as x
  const g = relu ? tf.mul(dy, tf.step(tf.add(tf.mul(normalized, scale), offset))) : dy; // as x
  const dOffset = tf.sum(g, axes); // [channels]
  const dScale = tf.sum(tf.mul(g, normalized), axes); // [channels]
  const centered = tf.sub(tf.sub(g, tf.div(dOffset, count)), tf.mul(normalized, tf.div(dScale, count))); // as x
  return [tf.mul(centered, tf.mul(scale, inverse)), dScale, dOffset];
}

/** All axes but the channels. */
function positions(x: tf.Tensor): number[] {
  return Array.from({ length: x.rank - 1 }, (_, axis) => axis);
}
