import { fusedActivations, type KernelAttributes, type KernelName } from '@resnetjs/backend';
import * as tf from '@tensorflow/tfjs-core';

type Inputs = Readonly<Record<string, tf.Tensor>>;

/** Whether the current backend has an optional kernel, and the kernel fuses the activation that its attributes name. */
function isAvailable(name: KernelName, attributes: KernelAttributes[KernelName]): boolean {
  const activation = 'activation' in attributes ? attributes.activation : 'linear';
  if (activation !== 'linear') return fusedActivations(name)?.includes(activation) ?? false;
  return tf.getKernel(name, tf.getBackend()) !== undefined;
}

/**
 * Runs an optional kernel if the current backend has it and it fuses the activation that the attributes may name, and
 * `compose` inside a `tf.tidy` otherwise. Both return the outputs that `kernelNames` of @resnetjs/backend lists for the
 * kernel, in that order.
 *
 * @example
 * const [y] = optionalKernel(kernelNames.fusedAdd, { a, b }, { activation: 'relu' }, () => [tf.relu(tf.add(a, b))]);
 */
export function optionalKernel<Name extends KernelName, Results extends [tf.Tensor, ...tf.Tensor[]]>(
  name: Name,
  inputs: Inputs,
  attributes: KernelAttributes[Name],
  compose: () => Results,
): Results {
  if (!isAvailable(name, attributes)) return tf.tidy(compose);
  return [runKernel(name, inputs, attributes)].flat() as Results;
}

/** Runs a kernel by name, for those that TensorFlow.js has no function for. */
export function runKernel(name: string, inputs: Inputs, attributes: object): tf.Tensor | tf.Tensor[] {
  return tf.engine().runKernel(name, { ...inputs }, attributes as tf.NamedAttrMap);
}
