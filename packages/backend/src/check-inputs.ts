import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { BackendError } from './backend-error.js';

/** A kernel's input tensors, by name. */
export type KernelInputs<Name extends string = string> = Readonly<Record<Name, TensorInfo>>;

/** Throws `bad-arguments` unless all inputs have the same shape. */
export function checkSameShape(kernel: string, inputs: KernelInputs): void {
  type Entries = [first: [string, TensorInfo], ...others: [string, TensorInfo][]];
  const [[name, { shape }], ...others] = Object.entries(inputs) as Entries;
  for (const [otherName, other] of others) {
    if (util.arraysEqual(other.shape, shape)) continue;
    throw new BackendError(
      'bad-arguments',
      `${kernel}: ${otherName} [${other.shape.join(', ')}] does not have the shape of ${name} [${shape.join(', ')}].`,
    );
  }
}

/** Throws `bad-arguments` unless all inputs have this shape. */
export function checkShape(kernel: string, inputs: KernelInputs, shape: readonly number[]): void {
  for (const [name, input] of Object.entries(inputs)) {
    if (util.arraysEqual(input.shape, shape as number[])) continue;
    throw new BackendError(
      'bad-arguments',
      `${kernel}: ${name} [${input.shape.join(', ')}] does not fit the other shapes: [${shape.join(', ')}] was expected.`,
    );
  }
}

/**
 * Returns the number of channels of x, [..., channels]. Throws `bad-arguments` unless every input in `perChannel` is
 * [channels].
 */
export function checkPerChannel(kernel: string, x: TensorInfo, perChannel: KernelInputs): number {
  const channels = x.shape.at(-1);
  if (channels === undefined) {
    throw new BackendError('bad-arguments', `${kernel}: x is a scalar, [..., channels] was expected.`);
  }
  for (const [name, { shape }] of Object.entries(perChannel)) {
    if (shape.length === 1 && shape[0] === channels) continue;
    throw new BackendError(
      'bad-arguments',
      `${kernel}: ${name} [${shape.join(', ')}] does not fit x [${x.shape.join(', ')}]: [${channels}] was expected.`,
    );
  }
  return channels;
}
