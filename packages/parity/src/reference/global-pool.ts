import type { GlobalPool } from '@resnetjs/core';
import { mapped, type ReferenceTensor, zeros } from './tensor.js';

/** The mean of each channel's map: from `[batch, height, width, channels]` to `[batch, channels]` or `[batch, 1, 1, channels]`. */
export function globalMean({ keepDims }: GlobalPool, x: ReferenceTensor): ReferenceTensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const y = zeros(keepDims ? [batch, 1, 1, channels] : [batch, channels], x);
  const pixels = height * width;
  for (let image = 0; image < batch; image++) {
    for (let channel = 0; channel < channels; channel++) {
      let sum = 0;
      for (let pixel = 0; pixel < pixels; pixel++) {
        sum += x.data[(image * pixels + pixel) * channels + channel] as number;
      }
      y.data[image * channels + channel] = sum / pixels;
    }
  }
  return y;
}

/** Every pixel gets the same part of its channel's gradient. */
export function globalMeanGradient(x: ReferenceTensor, dy: ReferenceTensor): ReferenceTensor {
  const [, height, width, channels] = x.shape as [number, number, number, number];
  const perImage = height * width * channels;
  return mapped(x, (_value, i) => {
    const from = Math.floor(i / perImage) * channels + (i % channels);
    return (dy.data[from] as number) / (height * width);
  });
}
