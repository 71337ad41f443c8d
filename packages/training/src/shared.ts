import type { ParameterId, TensorMap } from '@resnetjs/core';
import * as tf from '@tensorflow/tfjs-core';

/** A tensor of its own with the same values in the same memory: a reshape shares them on every backend; Wasm's clone copies. */
export const shared = (tensor: tf.Tensor): tf.Tensor => tf.reshape(tensor, tensor.shape);

/** The same for all tensors of a map. */
export const sharedMap = (map: TensorMap): TensorMap =>
  new Map<ParameterId, tf.Tensor>([...map].map(([id, tensor]) => [id, shared(tensor)]));
