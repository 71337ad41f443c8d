import type { Pad, Pool } from '@resnetjs/core';
import { type ReferenceTensor, zeros } from './tensor.js';
import { forEachTap, windowedShape } from './window.js';

/** The maximum or the mean of each window, by channel; a mean counts no padding. */
export function pooling(op: Pool, x: ReferenceTensor): ReferenceTensor {
  const y = zeros([...windowedShape(x.shape, op), x.shape[3] as number], x);
  if (op.mode === 'average') {
    const counts = countTaps(op, x);
    forEachPair(op, x, (xi, yi) => {
      y.data[yi]! += (x.data[xi] as number) / (counts.data[yi] as number);
    });
  } else {
    y.data.set(largest(op, x).map((xi) => x.data[xi] as number));
  }
  return y;
}

/** A mean shares its gradient out evenly; a maximum gives all of it to the first pixel that holds it, as TensorFlow does. */
export function poolingGradient(op: Pool, x: ReferenceTensor, dy: ReferenceTensor): ReferenceTensor {
  const dx = zeros(x.shape, x);
  if (op.mode === 'average') {
    const counts = countTaps(op, x);
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

/** By how much each window's largest value leads the next one; two zeros are no tie, since a ReLU stands before. */
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

/** Zeros around the map. */
export function padding(op: Pad, x: ReferenceTensor): ReferenceTensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const y = zeros([batch, height + op.top + op.bottom, width + op.left + op.right, channels], x);
  forEachPadded(op, x, (xi, yi) => {
    y.data[yi] = x.data[xi] as number;
  });
  return y;
}

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

function countTaps(op: Pool, x: ReferenceTensor): ReferenceTensor {
  const counts = zeros([...windowedShape(x.shape, op), x.shape[3] as number], x);
  forEachPair(op, x, (_, yi) => {
    counts.data[yi]! += 1;
  });
  return counts;
}

/** Calls `visit` with the indices of each value under a window, row by row, and of the window's result. */
function forEachPair(op: Pool, x: ReferenceTensor, visit: (xi: number, yi: number) => void): void {
  const channels = x.shape[3] as number;
  forEachTap(x.shape, op, (pixel, _place, position) => {
    for (let channel = 0; channel < channels; channel++) {
      visit(pixel * channels + channel, position * channels + channel);
    }
  });
}

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
