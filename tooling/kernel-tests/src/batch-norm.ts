import type { FusedActivation } from '@resnetjs/backend';
import { activations } from './activations.js';

/** A batch normalization in training and its activation, of x [rows, channels]. */
export interface BatchNorm {
  readonly channels: number;
  readonly epsilon: number;
  readonly activation: FusedActivation | 'linear';
  readonly x: Float64Array;
  readonly scale: Float64Array;
  readonly offset: Float64Array;
}

/** Batch normalization by the definition, in float64: y and the normalized x [rows, channels], mean and biased variance. */
export function batchNorm({ channels, epsilon, activation, x, scale, offset }: BatchNorm) {
  const rows = x.length / channels;
  const mean = new Float64Array(channels);
  const variance = new Float64Array(channels);
  x.forEach((value, i) => {
    mean[i % channels]! += value / rows;
  });
  x.forEach((value, i) => {
    variance[i % channels]! += (value - mean[i % channels]!) ** 2 / rows;
  });
  const normalized = x.map(
    (value, i) => (value - mean[i % channels]!) / Math.sqrt(variance[i % channels]! + epsilon),
  );
  const y = normalized.map((value, i) => {
    return activations[activation].value(value * scale[i % channels]! + offset[i % channels]!);
  });
  return { y, mean, variance, normalized };
}

/** Its gradients in closed form, term by term, in float64. */
export function batchNormGradient(norm: BatchNorm, dy: Float64Array) {
  const { channels, epsilon, activation, x, scale } = norm;
  const { y, variance, normalized } = batchNorm(norm);
  const rows = x.length / channels;
  const g = dy.map((value, i) => value * activations[activation].slope(y[i]!));
  const dOffset = new Float64Array(channels);
  const dScale = new Float64Array(channels);
  g.forEach((value, i) => {
    dOffset[i % channels]! += value;
    dScale[i % channels]! += value * normalized[i]!;
  });
  const dx = g.map((value, i) => {
    const c = i % channels;
    const centred = value - dOffset[c]! / rows - (normalized[i]! * dScale[c]!) / rows;
    return (scale[c]! / Math.sqrt(variance[c]! + epsilon)) * centred;
  });
  return { dx, dScale, dOffset };
}
