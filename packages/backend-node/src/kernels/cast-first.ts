import type { StockKernel } from '@resnetjs/backend';
import * as tf from '@tensorflow/tfjs-core';
import type { Native } from './native.js';

/**
 * A kernel that casts its input and calls tfjs-node's own. Some of tfjs-node's kernels would cast it by a method of tensors
 * that tfjs-core has only with its chained operations.
 */
export function castFirst(from: tf.DataType, to: tf.DataType) {
  return (
    _: Native,
    { x }: { x: tf.Tensor },
    _attrs: object,
    stock: StockKernel,
  ): tf.TensorInfo | tf.TensorInfo[] => {
    if (x.dtype !== from) return stock();
    const cast = tf.cast(x, to);
    const result = stock({ x: cast });
    cast.dispose();
    return result;
  };
}
