import * as tf from '@tensorflow/tfjs-core';
import type { Pad, Pool } from '../network/types.js';
import type { Differentiated } from './differentiated.js';
import { runKernel } from './optional-kernel.js';

/** The maximum or the mean of each window; a mean counts no padding. */
export function pool(op: Pool, input: tf.Tensor): tf.Tensor {
  const x = input as tf.Tensor4D;
  const size = [...op.size] as [number, number];
  const strides = [...op.strides] as [number, number];
  return op.mode === 'max'
    ? tf.maxPool(x, size, strides, op.padding)
    : tf.avgPool(x, size, strides, op.padding);
}

export function differentiatePool(op: Pool, x: tf.Tensor): Differentiated {
  const y = pool(op, x);
  const attributes = { filterSize: op.size, strides: op.strides, pad: op.padding };
  const pull = (dy: tf.Tensor) =>
    op.mode === 'max'
      ? runKernel(tf.MaxPoolGrad, { dy, input: x, output: y }, attributes)
      : runKernel(tf.AvgPoolGrad, { dy, input: x }, attributes);
  return { y, saved: [x, y], pull: (dy) => ({ inputs: [pull(dy) as tf.Tensor], weights: [] }) };
}

/** Zeros around the map. */
export function pad(op: Pad, x: tf.Tensor): tf.Tensor {
  return tf.pad(x as tf.Tensor4D, [
    [0, 0],
    [op.top, op.bottom],
    [op.left, op.right],
    [0, 0],
  ]);
}

export function differentiatePad(op: Pad, x: tf.Tensor): Differentiated {
  const pull = (dy: tf.Tensor) => tf.slice(dy, [0, op.top, op.left, 0], x.shape);
  return { y: pad(op, x), saved: [], pull: (dy) => ({ inputs: [pull(dy)], weights: [] }) };
}
