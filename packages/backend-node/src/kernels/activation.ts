import {
  type ActivationGradientAttributes,
  forActivation,
  type FusedAddAttributes,
  type KernelInputs,
} from '@resnetjs/backend';
import type { Tensor } from '@tensorflow/tfjs-core';
import { replaced, runOperation } from '../operation.js';
import type { Native } from './native.js';

/** TensorFlow's operations for the activations that these kernels compute; a gradient's takes dy and y. */
export const activations = {
  linear: null,
  relu: { forward: 'Relu', gradient: 'ReluGrad' },
} as const;

type Operations = (typeof activations)[keyof typeof activations];

/** An activation of x, which it disposes of; x itself for none. */
export function activate({ backend, attributes }: Native, operations: Operations, x: Tensor): Tensor {
  if (operations === null) return x;
  return replaced(x, (each) => runOperation(backend, operations.forward, [attributes.float32], [each]));
}

/** activation(a + b). */
export function fusedAdd(
  native: Native,
  { a, b }: KernelInputs<'a' | 'b'>,
  { activation }: FusedAddAttributes,
): Tensor {
  const operations = forActivation('fusedAdd', activation, activations);
  const { backend, attributes } = native;
  return activate(native, operations, runOperation(backend, 'AddV2', [attributes.float32], [a, b]));
}

/** The gradient of an activation's input, from that of its result y. */
export function activationGradient(
  { backend, attributes }: Native,
  { dy, y }: KernelInputs<'dy' | 'y'>,
  { activation }: ActivationGradientAttributes,
): Tensor {
  const { gradient } = forActivation('activationGradient', activation, { relu: activations.relu });
  return runOperation(backend, gradient, [attributes.float32], [dy, y]);
}
