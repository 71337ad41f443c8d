import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { NativeBinding, OperationAttribute } from './native-binding.js';
import type { NodeBackend } from './node-backend.js';

/** The attributes of TensorFlow's operations, in its own words. */
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
    /** T = float32, which nearly every operation wants to be told. */
    float32: type('T', binding.TF_FLOAT),
  };
}

/** Runs an operation with one result. */
export function runOperation(
  backend: NodeBackend,
  name: string,
  attributes: readonly OperationAttribute[],
  inputs: readonly TensorInfo[],
): Tensor {
  return runForSome(backend, name, attributes, inputs, { outputs: 1, keep: [0] })[0] as Tensor;
}

/** Runs an operation, and keeps those of its results that are asked for, in that order. */
export function runForSome(
  backend: NodeBackend,
  name: string,
  attributes: readonly OperationAttribute[],
  inputs: readonly TensorInfo[],
  { outputs, keep }: { outputs: number; keep: readonly number[] },
): Tensor[] {
  const { binding } = backend;
  const made = binding.executeOp(name, attributes, backend.getInputTensorIds(inputs), outputs);
  made.forEach(({ id }, index) => {
    if (!keep.includes(index)) binding.deleteTensor(id);
  });
  return keep.map((index) => backend.createOutputTensor(made[index]!));
}

/** The result, after what it was made of was disposed of. */
export function replaced(x: Tensor, make: (x: Tensor) => Tensor): Tensor {
  const result = make(x);
  x.dispose();
  return result;
}
