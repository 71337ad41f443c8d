import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { runOperation } from '../operation.js';
import type { Native } from './native.js';

export function addRelu(native: Native, { a, b }: { a: TensorInfo; b: TensorInfo }): Tensor {
  const sum = runOperation(native.backend, 'AddV2', [native.attributes.float32], [a, b]);
  const y = relu(native, sum);
  sum.dispose();
  return y;
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
