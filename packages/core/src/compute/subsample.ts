import * as tf from '@tensorflow/tfjs-core';
import type { Subsample } from '../network/types.js';
import { spread } from './spread.js';
import type { Vjp } from './vjp.js';

/** Every `strides`-th pixel, between channels of zeros: [batch, rows, columns, before + channels + after]. */
export function subsample({ strides, channelsBefore, channelsAfter }: Subsample, x: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const pixels = tf.stridedSlice(x, [0, 0, 0, 0], x.shape, [1, ...strides, 1]);
    return tf.pad(pixels, [
      [0, 0],
      [0, 0],
      [0, 0],
      [channelsBefore, channelsAfter],
    ]);
  });
}

/** A subsampling and its VJP: the pixels that were left out have a gradient of 0. */
export function differentiateSubsample(op: Subsample, x: tf.Tensor): Vjp {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const [down, right] = op.strides;
  const backward = (dy: tf.Tensor) =>
    tf.tidy(() => {
      const [, rows, columns] = dy.shape as [number, number, number, number];
      const kept = tf.slice(dy, [0, 0, 0, op.channelsBefore], [batch, rows, columns, channels]);
      if (down === 1 && right === 1) return kept;
      return spread(kept, [down, right], [height, width]); // as x
    });
  return { y: subsample(op, x), saved: [], backward: (dy) => ({ inputs: [backward(dy)], weights: [] }) };
}
