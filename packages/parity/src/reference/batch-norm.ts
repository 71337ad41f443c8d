import { mapped, sumByChannel, type ReferenceTensor } from './tensor.js';

/** Mean and variance by channel. */
export interface ReferenceMoments {
  /** `[channels]`. */
  readonly mean: ReferenceTensor;
  /** `[channels]`, biased: divided by the number of values. */
  readonly variance: ReferenceTensor;
}

interface ReferenceNormWeights {
  /** `[channels]`, as the offset. */
  readonly scale: ReferenceTensor;
  readonly offset: ReferenceTensor;
}

/** y = (x − mean) / √(variance + epsilon) · scale + offset, by channel; x and y are `[…, channels]`. */
export function batchNorm(
  x: ReferenceTensor,
  moments: ReferenceMoments,
  weights: ReferenceNormWeights,
  epsilon: number,
): ReferenceTensor {
  const channel = byChannel(x);
  return mapped(x, (value, i) => {
    const std = Math.sqrt(channel(moments.variance, i) + epsilon);
    return (
      ((value - channel(moments.mean, i)) / std) * channel(weights.scale, i) + channel(weights.offset, i)
    );
  });
}

/** Mean and biased variance of each channel of x `[…, channels]`, over all other axes. */
export function batchMoments(x: ReferenceTensor): ReferenceMoments {
  const mean = averageByChannel(x); // [channels]
  const channel = byChannel(x);
  const squares = mapped(x, (value, i) => (value - channel(mean, i)) ** 2); // […, channels]
  return { mean, variance: averageByChannel(squares) };
}

/**
 * Gradients of a normalization by the batch's own moments: the chain rule along each path from x to y, which are direct,
 * through the variance and through the mean (Ioffe and Szegedy 2015, §3).
 */
export function batchNormGradients(
  x: ReferenceTensor,
  weights: ReferenceNormWeights,
  dy: ReferenceTensor,
  epsilon: number,
) {
  const channel = byChannel(x);
  const count = x.data.length / (x.shape.at(-1) as number);
  const { mean, variance } = batchMoments(x); // [channels]
  const centered = mapped(x, (value, i) => value - channel(mean, i)); // […, channels]
  const std = mapped(variance, (value) => Math.sqrt(value + epsilon)); // [channels]
  const normalized = mapped(centered, (value, i) => value / channel(std, i)); // […, channels]
  const product = (a: ReferenceTensor, b: ReferenceTensor) =>
    mapped(a, (value, i) => value * (b.data[i] as number));

  const dNormalized = mapped(dy, (value, i) => value * channel(weights.scale, i)); // […, channels]
  const dVariance = mapped(
    sumByChannel(product(dNormalized, centered)),
    (sum, c) => -0.5 * sum * (std.data[c] as number) ** -3,
  ); // [channels]
  const dMean = mapped(sumByChannel(dNormalized), (sum, c) => -sum / (std.data[c] as number)); // [channels]
  const dx = mapped(dNormalized, (value, i) => {
    const direct = value / channel(std, i);
    const byVariance = (channel(dVariance, i) * 2 * (centered.data[i] as number)) / count;
    const byMean = channel(dMean, i) / count;
    return direct + byVariance + byMean;
  }); // […, channels]
  return { dx, dScale: sumByChannel(product(dy, normalized)), dOffset: sumByChannel(dy) };
}

/** Gradients of a normalization by moments that don't depend on x: the running statistics. */
export function fixedNormGradients(
  x: ReferenceTensor,
  { mean, variance }: ReferenceMoments,
  weights: ReferenceNormWeights,
  dy: ReferenceTensor,
  epsilon: number,
) {
  const channel = byChannel(x);
  const std = mapped(variance, (value) => Math.sqrt(value + epsilon)); // [channels]
  const normalized = mapped(x, (value, i) => (value - channel(mean, i)) / channel(std, i)); // […, channels]
  return {
    dx: mapped(dy, (value, i) => (value * channel(weights.scale, i)) / channel(std, i)),
    dScale: sumByChannel(mapped(dy, (value, i) => value * (normalized.data[i] as number))),
    dOffset: sumByChannel(dy),
  };
}

/** Looks up `[channels]` by an index into x. */
function byChannel(x: ReferenceTensor): (of: ReferenceTensor, index: number) => number {
  const channels = x.shape.at(-1) as number;
  return (of, index) => of.data[index % channels] as number;
}

function averageByChannel(x: ReferenceTensor): ReferenceTensor {
  return mapped(sumByChannel(x), (total) => (total * (x.shape.at(-1) as number)) / x.data.length);
}
