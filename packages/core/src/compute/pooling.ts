import * as tf from '@tensorflow/tfjs-core';
import type { Pad, Pool } from '../network/types.js';
import type { Vjp } from './vjp.js';
import { padOf } from './convolution.js';
import { runKernel } from './optional-kernel.js';

/** The maximum or the mean of each window; a mean leaves out padding. */
export function pool(op: Pool, input: tf.Tensor): tf.Tensor {
  const x = input as tf.Tensor4D; // [batch, height, width, channels]
  const size = [...op.size] as [number, number];
  const strides = [...op.strides] as [number, number];
  return op.mode === 'max'
    ? tf.maxPool(x, size, strides, padOf(op.padding))
    : tf.avgPool(x, size, strides, padOf(op.padding)); // [batch, rows, columns, channels]
}

/** A pooling and its VJP. */
export function differentiatePool(op: Pool, x: tf.Tensor): Vjp {
  const y = pool(op, x);
  const attributes = { filterSize: op.size, strides: op.strides, pad: padOf(op.padding) };
  const backward = (dy: tf.Tensor) =>
    op.mode === 'max'
      ? (runKernel(tf.MaxPoolGrad, { dy, input: x, output: y }, attributes) as tf.Tensor)
      : meanGradient(op, x, dy);
  return { y, saved: [x, y], backward: (dy) => ({ inputs: [backward(dy)], weights: [] }) };
}

/**
 * The gradient of average pooling. A mean leaves out padding, which TensorFlow's gradient takes into account and
 * TensorFlow.js's own does not. So that all backends agree, the map is padded first, and dy divided by the share of
 * each window that is on the map.
 */
function meanGradient(op: Pool, x: tf.Tensor, dy: tf.Tensor): tf.Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const gradient = (input: tf.Tensor, upstream: tf.Tensor) => {
    const attributes = { filterSize: op.size, strides: op.strides, pad: 'valid' };
    return runKernel(tf.AvgPoolGrad, { dy: upstream, input }, attributes) as tf.Tensor;
  };
  if (op.padding === 'valid') return gradient(x, dy);
  const [top, bottom, left, right] =
    op.padding === 'same'
      ? [...margins(height, op.size[0], op.strides[0]), ...margins(width, op.size[1], op.strides[1])]
      : op.padding;
  return tf.tidy(() => {
    const map = pad({ op: 'pad', top, bottom, left, right }, tf.ones([1, height, width, 1])); // 1 on the map, else 0
    const share = pool({ ...op, padding: 'valid' }, map); // [1, rows, columns, 1]
    const padded = tf.zeros([batch, height + top + bottom, width + left + right, channels]);
    const dPadded = gradient(padded, tf.div(dy, share)); // as padded
    return tf.slice(dPadded, [0, top, left, 0], x.shape); // [batch, height, width, channels]
  });
}

/** The number of zeros that 'same' padding puts before and after `size` pixels. */
function margins(size: number, window: number, stride: number): [number, number] {
  const total = Math.max((Math.ceil(size / stride) - 1) * stride + window - size, 0);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

/** Zeros around the map. */
export function pad(op: Pad, x: tf.Tensor): tf.Tensor {
  return tf.pad(x as tf.Tensor4D, [
    [0, 0],
    [op.top, op.bottom],
    [op.left, op.right],
    [0, 0],
  ]); // [batch, top + height + bottom, left + width + right, channels]
}

/** A padding and its VJP. */
export function differentiatePad(op: Pad, x: tf.Tensor): Vjp {
  const backward = (dy: tf.Tensor) => tf.slice(dy, [0, op.top, op.left, 0], x.shape); // as x
  return { y: pad(op, x), saved: [], backward: (dy) => ({ inputs: [backward(dy)], weights: [] }) };
}
