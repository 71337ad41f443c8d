import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { replaced, runOperation } from '../operation.js';
import type { Native } from './native.js';

export function addRelu(native: Native, { a, b }: { a: TensorInfo; b: TensorInfo }): Tensor {
  const sum = runOperation(native.backend, 'AddV2', [native.attributes.float32], [a, b]);
  return replaced(sum, (each) => relu(native, each));
}

export function relu({ backend, attributes }: Native, x: TensorInfo): Tensor {
  return runOperation(backend, 'Relu', [attributes.float32], [x]);
}

export function reluGradient(
  { backend, attributes }: Native,
  { dy, y }: { dy: TensorInfo; y: TensorInfo },
): Tensor {
  return runOperation(backend, 'ReluGrad', [attributes.float32], [dy, y]);
}
