import type { DataId, KernelBackend, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { NativeBinding, NativeTensor } from './native-binding.js';

/** TensorFlow.js's name for the backend of tfjs-node. */
export const backendName = 'tensorflow';

/** The part of tfjs-node's backend that this package uses. */
export interface NodeBackend extends KernelBackend {
  readonly binding: NativeBinding;
  /** The binding's numbers of these tensors; values that are still in JavaScript are handed over first. */
  getInputTensorIds(tensors: readonly TensorInfo[]): number[];
  /** A tensor of TensorFlow.js that owns a tensor of the binding. */
  createOutputTensor(made: NativeTensor): Tensor;
  incRef(dataId: DataId): void;
  /** The binding's number of each tensor; -1 for one that has none. */
  readonly tensorMap: { get(dataId: DataId): { id: number } };
}

export function isNodeBackend(backend: KernelBackend | null): backend is NodeBackend {
  return backend !== null && 'binding' in backend && 'getInputTensorIds' in backend;
}
