import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { NativeBinding, OperationAttribute } from './native-binding.js';
import type { NodeBackend } from './node-backend.js';

/** Makes attributes of TensorFlow's operations, by type. */
export function attributesFor(binding: NativeBinding) {
  const make =
    (type: number) =>
    (name: string, value: unknown): OperationAttribute => ({ name, type, value });
  const type = make(binding.TF_ATTR_TYPE);
  return {
    type,
    string: make(binding.TF_ATTR_STRING),
    int: make(binding.TF_ATTR_INT),
    float: make(binding.TF_ATTR_FLOAT),
    bool: make(binding.TF_ATTR_BOOL),
    shape: make(binding.TF_ATTR_SHAPE),
    /** T = float32, an attribute of nearly every operation. */
    float32: type('T', binding.TF_FLOAT),
  };
}

/** Runs an operation that has one result. */
export function runOperation(
  backend: NodeBackend,
  name: string,
  attributes: readonly OperationAttribute[],
  inputs: readonly TensorInfo[],
): Tensor {
  return runForSome(backend, name, attributes, inputs, { outputs: 1, keep: [0] })[0] as Tensor;
}

/** Runs an operation with several results; returns those whose indices are in `keep`, in that order. */
export function runForSome(
  backend: NodeBackend,
  name: string,
  attributes: readonly OperationAttribute[],
  inputs: readonly TensorInfo[],
  { outputs, keep }: { outputs: number; keep: readonly number[] },
): Tensor[] {
  const { binding } = backend;
  const results = binding.executeOp(name, attributes, backend.getInputTensorIds(inputs), outputs);
  results.forEach(({ id }, index) => {
    if (!keep.includes(index)) binding.deleteTensor(id);
  });
  return keep.map((index) => backend.createOutputTensor(results[index]!));
}

/** Makes a tensor of another, and disposes of that one. */
export function replaced(x: Tensor, make: (x: Tensor) => Tensor): Tensor {
  const result = make(x);
  x.dispose();
  return result;
}
