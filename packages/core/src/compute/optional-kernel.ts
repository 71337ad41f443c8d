import type { KernelName } from '@resnetjs/backend';
import * as tf from '@tensorflow/tfjs-core';

type Inputs = Readonly<Record<string, tf.Tensor>>;

/** Whether the current backend has an optional kernel. */
export function hasKernel(name: KernelName): boolean {
  return tf.getKernel(name, tf.getBackend()) !== undefined;
}

/**
 * Runs an optional kernel if the current backend has it, and `compose` inside a `tf.tidy` otherwise. Both return the
 * outputs that `kernelNames` of @resnetjs/backend lists for the kernel, in that order.
 *
 * @example
 * const [y] = optionalKernel(kernelNames.addRelu, { a, b }, {}, () => [tf.relu(tf.add(a, b))]);
 */
export function optionalKernel<Results extends tf.Tensor[]>(
  name: KernelName,
  inputs: Inputs,
  attributes: object,
  compose: () => Results,
): Results {
  if (!hasKernel(name)) return tf.tidy(compose);
  return [runKernel(name, inputs, attributes)].flat() as Results;
}

/** Runs a kernel by name, for those that TensorFlow.js has no function for. */
export function runKernel(name: string, inputs: Inputs, attributes: object): tf.Tensor | tf.Tensor[] {
  return tf.engine().runKernel(name, { ...inputs }, attributes as tf.NamedAttrMap);
}
