import { type Network, type Pool, walk } from '@resnetjs/core';
import type { ReferencePass, ReferenceTensor } from '@resnetjs/parity';

/**
 * How far a pass is from the kinks of its ReLUs and max poolings, where gradients jump: the smallest ReLU's input, or lead of a
 * window's largest value over its second. Computations that are less far apart than this have the same gradients, but for
 * rounding.
 */
export function clearance(network: Network, { nodes }: Pick<ReferencePass, 'nodes'>): number {
  let least = Number.POSITIVE_INFINITY;
  for (const { op, from } of walk(network)) {
    const x = nodes[from[0] ?? 0] as ReferenceTensor;
    if (op.op === 'act' && op.activation === 'relu') {
      for (const value of x.data) least = Math.min(least, Math.abs(value));
    } else if (op.op === 'pool' && op.mode === 'max') {
      least = Math.min(least, smallestLead(op, x));
    }
  }
  return least;
}

/** Values that are all 0, as after a ReLU, have no gradient to jump. */
function smallestLead({ size, strides, padding }: Pool, { shape, data }: ReferenceTensor): number {
  const [batch, height, width, channels] = shape as readonly [number, number, number, number];
  const [top, bottom, left, right] = typeof padding === 'string' ? [0, 0, 0, 0] : padding;
  let least = Number.POSITIVE_INFINITY;
  for (let image = 0; image < batch; image++) {
    for (let row = -top; row + size[0] <= height + bottom; row += strides[0]) {
      for (let column = -left; column + size[1] <= width + right; column += strides[1]) {
        for (let channel = 0; channel < channels; channel++) {
          let [first, second] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
          for (let y = Math.max(row, 0); y < Math.min(row + size[0], height); y++) {
            for (let x = Math.max(column, 0); x < Math.min(column + size[1], width); x++) {
              const value = data[((image * height + y) * width + x) * channels + channel] as number;
              if (value > first) [first, second] = [value, first];
              else if (value > second) second = value;
            }
          }
          if (first !== 0) least = Math.min(least, first - second);
        }
      }
    }
  }
  return least;
}
