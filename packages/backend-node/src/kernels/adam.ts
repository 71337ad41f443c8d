import { type AdamUpdateAttributes, checkSameShape, type KernelInputs } from '@resnetjs/backend';
import type * as tf from '@tensorflow/tfjs-core';
import type { Native } from './native.js';

type AdamInputs = KernelInputs<'variable' | 'gradient' | 'firstMoment' | 'secondMoment'>;

/**
 * TensorFlow's ResourceApplyAdam on three variables of our own. They take the inputs' values without a copy; TensorFlow copies
 * them before it changes them if anyone else still holds that memory. With `reuse`, the inputs let go of it.
 */
export function adamUpdate(native: Native, inputs: AdamInputs, attrs: AdamUpdateAttributes): tf.TensorInfo[] {
  checkSameShape('adamUpdate', inputs);
  const { backend, binding, attributes } = native;
  const { variable, gradient, firstMoment, secondMoment } = inputs;
  const { handles, scalar } = native.adam;
  const { beta1, beta2, growth } = withinFloat32(attrs);

  const values = backend.getInputTensorIds([variable, firstMoment, secondMoment]);
  const [gradientId] = backend.getInputTensorIds([gradient]) as [number];
  const temporary: number[] = [];
  const binary = (name: string, a: number, b: number): number => {
    const { id } = binding.executeOp(name, [attributes.float32], [a, b], 1)[0]!;
    temporary.push(id);
    return id;
  };
  const decayed =
    attrs.decay === 0
      ? gradientId
      : binary('AddV2', gradientId, binary('Mul', values[0]!, scalar(attrs.decay)));
  const g = growth === 1 ? decayed : binary('Mul', decayed, scalar(growth));

  const dtype = [attributes.type('dtype', binding.TF_FLOAT)];
  handles.forEach((handle, index) => {
    binding.executeOp('AssignVariableOp', dtype, [handle, values[index]!], 0);
  });
  if (attrs.reuse) for (const each of [variable, firstMoment, secondMoment]) letGo(native, each);
  // With both powers of beta at 0, TensorFlow's learning rate is the contract's step size.
  const numbers = [0, 0, attrs.stepSize, beta1, beta2, attrs.epsilon].map(scalar);
  const flags = [attributes.bool('use_locking', false), attributes.bool('use_nesterov', false)];
  binding.executeOp('ResourceApplyAdam', [attributes.float32, ...flags], [...handles, ...numbers, g], 0);
  for (const id of temporary) binding.deleteTensor(id);
  return handles.map((handle) =>
    backend.createOutputTensor(binding.executeOp('ReadVariableOp', dtype, [handle], 1)[0]!),
  );
}

/** Takes its memory from a tensor that nobody shares, which can then only be disposed of. */
function letGo({ backend, binding }: Native, { dataId }: tf.TensorInfo): void {
  const entry = backend.tensorMap.get(dataId);
  if (backend.refCount(dataId) > 1 || entry.id < 0) return;
  binding.deleteTensor(entry.id);
  entry.id = -1;
}

/**
 * TensorFlow computes 1 − beta in float32, where 1 − 0.999 is 1.3e-5 too small (relative). A gradient scaled by the square root
 * of that ratio gives the correct second moment, and an adjusted beta1 then the correct first one.
 */
function withinFloat32({ beta1, beta2 }: AdamUpdateAttributes): {
  beta1: number;
  beta2: number;
  growth: number;
} {
  const computed = 1 - Math.fround(beta2);
  const growth = Math.sqrt((1 - beta2) / computed);
  return { beta1: 1 - (1 - beta1) / growth, beta2, growth: Math.fround(growth) };
}
