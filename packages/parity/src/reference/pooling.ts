import type { Pad, Pool } from '@resnetjs/core';
import { type ReferenceTensor, zeros } from './tensor.js';
import { forEachTap, windowedShape } from './window.js';

/** The maximum or the mean of each window, by channel; a mean leaves padding out. x and y are `[batch, height, width, channels]`. */
export function pooling(op: Pool, x: ReferenceTensor): ReferenceTensor {
  const y = zeros([...windowedShape(x.shape, op), x.shape[3] as number], x); // [batch, rows, columns, channels]
  if (op.mode === 'average') {
    const counts = countTaps(op, x); // the shape of y
    forEachPair(op, x, (xi, yi) => {
      y.data[yi]! += (x.data[xi] as number) / (counts.data[yi] as number);
    });
  } else {
    y.data.set(largest(op, x).map((xi) => x.data[xi] as number));
  }
  return y;
}

/** A mean distributes its gradient evenly; a maximum gives all of it to the first pixel that has it, as in TensorFlow. */
export function poolingGradient(op: Pool, x: ReferenceTensor, dy: ReferenceTensor): ReferenceTensor {
  const dx = zeros(x.shape, x); // [batch, height, width, channels]
  if (op.mode === 'average') {
    const counts = countTaps(op, x); // the shape of y
    forEachPair(op, x, (xi, yi) => {
      dx.data[xi]! += (dy.data[yi] as number) / (counts.data[yi] as number);
    });
  } else {
    largest(op, x).forEach((xi, yi) => {
      dx.data[xi]! += dy.data[yi] as number;
    });
  }
  return dx;
}

/** By how much each window's largest value exceeds the next one. Two zeros are not a tie: a ReLU made them, and its gradient is 0 there. */
export function poolingLeads(op: Pool, x: ReferenceTensor): readonly number[] {
  const winners = largest(op, x);
  const leads = winners.map(() => Number.POSITIVE_INFINITY);
  forEachPair(op, x, (xi, yi) => {
    const winner = winners[yi] as number;
    const value = x.data[xi] as number;
    const lead = (x.data[winner] as number) - value;
    if (xi !== winner && !(lead === 0 && value === 0)) leads[yi] = Math.min(leads[yi] as number, lead);
  });
  return leads;
}

/** Zeros around the map x `[batch, height, width, channels]`. */
export function padding(op: Pad, x: ReferenceTensor): ReferenceTensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const y = zeros([batch, height + op.top + op.bottom, width + op.left + op.right, channels], x); // [batch, high, wide, channels]
  forEachPadded(op, x, (xi, yi) => {
    y.data[yi] = x.data[xi] as number;
  });
  return y;
}

/** The gradient of x: that of the result without its margins. */
export function paddingGradient(op: Pad, x: ReferenceTensor, dy: ReferenceTensor): ReferenceTensor {
  const dx = zeros(x.shape, x);
  forEachPadded(op, x, (xi, yi) => {
    dx.data[xi] = dy.data[yi] as number;
  });
  return dx;
}

/** For each value of the result, the index in x of the first largest value under its window. */
function largest(op: Pool, x: ReferenceTensor): number[] {
  const winners: number[] = [];
  forEachPair(op, x, (xi, yi) => {
    const winner = winners[yi];
    if (winner === undefined || (x.data[xi] as number) > (x.data[winner] as number)) winners[yi] = xi;
  });
  return winners;
}

/** For each value of the result, how many pixels of the map are in its window. */
function countTaps(op: Pool, x: ReferenceTensor): ReferenceTensor {
  const counts = zeros([...windowedShape(x.shape, op), x.shape[3] as number], x);
  forEachPair(op, x, (_, yi) => {
    counts.data[yi]! += 1;
  });
  return counts;
}

/** Calls `visit` with the index of each value in a window and that of the window's result, row by row. */
function forEachPair(op: Pool, x: ReferenceTensor, visit: (xi: number, yi: number) => void): void {
  const channels = x.shape[3] as number;
  forEachTap(x.shape, op, (pixel, _tap, position) => {
    for (let channel = 0; channel < channels; channel++) {
      visit(pixel * channels + channel, position * channels + channel);
    }
  });
}

/** Calls `visit` with the indices of each value in the map and in the padded map. */
function forEachPadded(op: Pad, x: ReferenceTensor, visit: (xi: number, yi: number) => void): void {
  const [batches, height, width, channels] = x.shape as [number, number, number, number];
  const wide = width + op.left + op.right;
  const high = height + op.top + op.bottom;
  for (let batch = 0; batch < batches; batch++) {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const from = ((batch * height + row) * width + column) * channels;
        const to = ((batch * high + row + op.top) * wide + column + op.left) * channels;
        for (let channel = 0; channel < channels; channel++) visit(from + channel, to + channel);
      }
    }
  }
}
