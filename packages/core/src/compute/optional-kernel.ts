import type { KernelName } from '@resnetjs/backend';
import * as tf from '@tensorflow/tfjs-core';

type Inputs = Readonly<Record<string, tf.Tensor>>;

/** Whether the current backend has an optional kernel. */
export function hasKernel(name: KernelName): boolean {
  return tf.getKernel(name, tf.getBackend()) !== undefined;
}

/** The results of an optional kernel where the current backend has it, else of `compose`. */
export function optionalKernel<Results extends tf.Tensor[]>(
  name: KernelName,
  inputs: Inputs,
  attributes: object,
  compose: () => Results,
): Results {
  if (!hasKernel(name)) return tf.tidy(compose);
  return [runKernel(name, inputs, attributes)].flat() as Results;
}

/** A kernel of TensorFlow.js by name, for the few that it has no function for. */
export function runKernel(name: string, inputs: Inputs, attributes: object): tf.Tensor | tf.Tensor[] {
  return tf.engine().runKernel(name, { ...inputs }, attributes as tf.NamedAttrMap);
}
