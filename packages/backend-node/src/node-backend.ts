import type { DataId, KernelBackend, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { NativeBinding, OperationAttribute } from './native-binding.js';

/** TensorFlow.js's name for the backend of tfjs-node. */
export const backendName = 'tensorflow';

/** tfjs-node's backend, as far as this package uses it. */
export interface NodeBackend extends KernelBackend {
  readonly binding: NativeBinding;
  executeSingleOutput(
    name: string,
    attributes: readonly OperationAttribute[],
    inputs: readonly TensorInfo[],
  ): Tensor;
  executeMultipleOutputs(
    name: string,
    attributes: readonly OperationAttribute[],
    inputs: readonly TensorInfo[],
    outputs: number,
  ): Tensor[];
  incRef(dataId: DataId): void;
}

export function isNodeBackend(backend: KernelBackend | null): backend is NodeBackend {
  return backend !== null && 'binding' in backend && 'executeSingleOutput' in backend;
}
