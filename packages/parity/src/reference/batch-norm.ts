import { mapped, sumByChannel, type Tensor64 } from './tensor.js';

export interface Moments64 {
  /** [channels] */
  readonly mean: Tensor64;
  /** [channels], biased. */
  readonly variance: Tensor64;
}

export interface NormWeights64 {
  readonly scale: Tensor64;
  readonly offset: Tensor64;
}

/** y = (x − mean) / √(variance + epsilon) · scale + offset, by channel. */
export function batchNorm(
  x: Tensor64,
  moments: Moments64,
  weights: NormWeights64,
  epsilon: number,
): Tensor64 {
  const channel = byChannel(x);
  return mapped(x, (value, i) => {
    const deviation = Math.sqrt(channel(moments.variance, i) + epsilon);
    return (
      ((value - channel(moments.mean, i)) / deviation) * channel(weights.scale, i) +
      channel(weights.offset, i)
    );
  });
}

/** Mean and biased variance of each channel over all other axes. */
export function batchMoments(x: Tensor64): Moments64 {
  const mean = averageByChannel(x);
  const channel = byChannel(x);
  return { mean, variance: averageByChannel(mapped(x, (value, i) => (value - channel(mean, i)) ** 2)) };
}

/**
 * The chain rule through a normalization by the batch's own moments, each path from x to y by itself:
 * directly, through the variance, and through the mean (Ioffe and Szegedy 2015, §3).
 */
export function batchNormGradients(x: Tensor64, weights: NormWeights64, dy: Tensor64, epsilon: number) {
  const channel = byChannel(x);
  const count = x.data.length / (x.shape.at(-1) as number);
  const { mean, variance } = batchMoments(x);
  const centered = mapped(x, (value, i) => value - channel(mean, i));
  const deviation = mapped(variance, (value) => Math.sqrt(value + epsilon));
  const normalized = mapped(centered, (value, i) => value / channel(deviation, i));
  const product = (a: Tensor64, b: Tensor64) => mapped(a, (value, i) => value * (b.data[i] as number));

  const dNormalized = mapped(dy, (value, i) => value * channel(weights.scale, i));
  const dVariance = mapped(sumByChannel(product(dNormalized, centered)), (sum, c) => {
    return -0.5 * sum * (deviation.data[c] as number) ** -3;
  });
  const dMean = mapped(sumByChannel(dNormalized), (sum, c) => -sum / (deviation.data[c] as number));
  const dx = mapped(dNormalized, (value, i) => {
    const direct = value / channel(deviation, i);
    const byVariance = (channel(dVariance, i) * 2 * (centered.data[i] as number)) / count;
    const byMean = channel(dMean, i) / count;
    return direct + byVariance + byMean;
  });
  return { dx, dScale: sumByChannel(product(dy, normalized)), dOffset: sumByChannel(dy) };
}

/** The chain rule through a normalization by moments that don't depend on x. */
export function fixedNormGradients(
  x: Tensor64,
  { mean, variance }: Moments64,
  weights: NormWeights64,
  dy: Tensor64,
  epsilon: number,
) {
  const channel = byChannel(x);
  const deviation = mapped(variance, (value) => Math.sqrt(value + epsilon));
  const normalized = mapped(x, (value, i) => (value - channel(mean, i)) / channel(deviation, i));
  return {
    dx: mapped(dy, (value, i) => (value * channel(weights.scale, i)) / channel(deviation, i)),
    dScale: sumByChannel(mapped(dy, (value, i) => value * (normalized.data[i] as number))),
    dOffset: sumByChannel(dy),
  };
}

function byChannel(x: Tensor64): (of: Tensor64, index: number) => number {
  const channels = x.shape.at(-1) as number;
  return (of, index) => of.data[index % channels] as number;
}

function averageByChannel(x: Tensor64): Tensor64 {
  return mapped(sumByChannel(x), (total) => (total * (x.shape.at(-1) as number)) / x.data.length);
}
