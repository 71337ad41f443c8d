import * as tf from '@tensorflow/tfjs-core';
import type { Native } from './native.js';

/**
 * Some of tfjs-node's kernels convert their input by a method of tensors that tfjs-core has only with
 * its chained operations: converted here, it needs none.
 */
export function castFirst(from: tf.DataType, to: tf.DataType) {
  return (
    _: Native,
    { x }: { x: tf.Tensor },
    attrs: object,
    stock: (inputs: object, attrs: object) => tf.Tensor,
  ): tf.Tensor => {
    if (x.dtype !== from) return stock({ x }, attrs);
    const cast = tf.cast(x, to);
    const result = stock({ x: cast }, attrs);
    cast.dispose();
    return result;
  };
}
