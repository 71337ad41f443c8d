import type { Subsample } from '@resnetjs/core';
import { type ReferenceTensor, zeros } from './tensor.js';

/** Every `strides`-th pixel of x `[batch, height, width, channels]`, between channels of zeros. */
export function subsampled(op: Subsample, x: ReferenceTensor): ReferenceTensor {
  const y = zeros(subsampledShape(op, x), x);
  forEachKept(op, x, (xi, yi) => {
    y.data[yi] = x.data[xi] as number;
  });
  return y;
}

/** The gradient of x: 0 for pixels that were left out. */
export function subsampledGradient(op: Subsample, x: ReferenceTensor, dy: ReferenceTensor): ReferenceTensor {
  const dx = zeros(x.shape, x);
  forEachKept(op, x, (xi, yi) => {
    dx.data[xi] = dy.data[yi] as number;
  });
  return dx;
}

function subsampledShape({ strides, channelsBefore, channelsAfter }: Subsample, x: ReferenceTensor) {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const sizes = [Math.ceil(height / strides[0]), Math.ceil(width / strides[1])] as const;
  return [batch, ...sizes, channelsBefore + channels + channelsAfter] as const; // [batch, rows, columns, wider]
}

/** Calls `visit` with the indices of each value that is kept, in x and in the result. */
function forEachKept(op: Subsample, x: ReferenceTensor, visit: (xi: number, yi: number) => void): void {
  const [, height, width, channels] = x.shape as [number, number, number, number];
  const [batch, rows, columns, wider] = subsampledShape(op, x);
  for (let image = 0; image < batch; image++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const pixel = (image * height + row * op.strides[0]) * width + column * op.strides[1];
        const position = (image * rows + row) * columns + column;
        for (let channel = 0; channel < channels; channel++) {
          visit(pixel * channels + channel, position * wider + op.channelsBefore + channel);
        }
      }
    }
  }
}
