import {
  type ActivationGradientAttributes,
  type AdamUpdateAttributes,
  type BatchNormAttributes,
  checkPerChannel,
  checkSameShape,
  forActivation,
  type FusedAddAttributes,
  type KernelInputs,
} from '@resnetjs/backend';
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { normalizeBatch, normalizeBatchGradient } from './batch-norm.js';
import { addressOf, type KernelContext, makeOutput, withScratch } from './heap.js';
import type { Address } from './microkernels.js';
import { floatsWorthwhile } from './threads/team.js';

/** Whether the microkernels of batch normalization compute a ReLU. */
const withRelu = { linear: false, relu: true };

/** y [..., c], mean [c] and the biased variance [c] of x [..., c]. */
export function batchNormTraining(
  context: KernelContext,
  { x, scale, offset }: KernelInputs<'x' | 'scale' | 'offset'>,
  { epsilon, activation }: BatchNormAttributes,
): TensorInfo[] {
  const { backend } = context;
  const relu = forActivation('batchNormTraining', activation, withRelu);
  const channels = checkPerChannel('batchNormTraining', x, { scale, offset });
  const rows = rowsOf(x);
  const inputs = addressesOf(backend, { x, scale, offset });
  return fill(context, [x.shape, [channels], [channels]], ([y, mean, variance]) =>
    withScratch(backend, (allocate) =>
      normalizeBatch({ ...context, allocate, rows, channels, epsilon, relu }, { y, mean, variance }, inputs),
    ),
  );
}

/** dx [..., c], dScale [c], dOffset [c]. */
export function batchNormTrainingGradient(
  context: KernelContext,
  inputs: KernelInputs<'dy' | 'x' | 'scale' | 'offset' | 'mean' | 'variance'>,
  { epsilon, activation }: BatchNormAttributes,
): TensorInfo[] {
  const { backend } = context;
  const { dy, x, scale, offset, mean, variance } = inputs;
  const relu = forActivation('batchNormTrainingGradient', activation, withRelu);
  const channels = checkPerChannel('batchNormTrainingGradient', x, { scale, offset, mean, variance });
  checkSameShape('batchNormTrainingGradient', { x, dy });
  const rows = rowsOf(x);
  const addresses = addressesOf(backend, { dy, x, scale, offset, mean, variance });
  return fill(context, [x.shape, [channels], [channels]], ([dx, dScale, dOffset]) =>
    withScratch(backend, (allocate) =>
      normalizeBatchGradient(
        { ...context, allocate, rows, channels, epsilon, relu },
        { dx, dScale, dOffset },
        addresses,
      ),
    ),
  );
}

/** activation(a + b). */
export function fusedAdd(
  context: KernelContext,
  { a, b }: KernelInputs<'a' | 'b'>,
  { activation }: FusedAddAttributes,
): TensorInfo[] {
  const { backend, team } = context;
  const microkernel = forActivation('fusedAdd', activation, { linear: 'add', relu: 'addRelu' } as const);
  checkSameShape('fusedAdd', { a, b });
  const count = util.sizeFromShape(a.shape);
  return fill(context, [a.shape], ([to]) =>
    team.share(microkernel, [to, addressOf(backend, a), addressOf(backend, b)], count, floatsWorthwhile),
  );
}

/** The gradient of an activation's input, from that of its result y. */
export function activationGradient(
  context: KernelContext,
  { dy, y }: KernelInputs<'dy' | 'y'>,
  { activation }: ActivationGradientAttributes,
): TensorInfo[] {
  const { backend, team } = context;
  const microkernel = forActivation('activationGradient', activation, { relu: 'reluGradient' } as const);
  checkSameShape('activationGradient', { dy, y });
  const count = util.sizeFromShape(dy.shape);
  return fill(context, [dy.shape], ([to]) =>
    team.share(microkernel, [to, addressOf(backend, dy), addressOf(backend, y)], count, floatsWorthwhile),
  );
}

/** The new variable, firstMoment and secondMoment. */
export function adamUpdate(
  context: KernelContext,
  inputs: KernelInputs<'variable' | 'gradient' | 'firstMoment' | 'secondMoment'>,
  { stepSize, beta1, beta2, epsilon, decay }: AdamUpdateAttributes,
): TensorInfo[] {
  const { backend, team } = context;
  const { variable, gradient, firstMoment, secondMoment } = inputs;
  checkSameShape('adamUpdate', inputs);
  const { shape } = variable;
  const count = util.sizeFromShape(shape);
  const at = (tensor: TensorInfo) => addressOf(backend, tensor);
  return fill(context, [shape, shape, shape], ([toVariable, toFirst, toSecond]) =>
    team.share(
      'adamUpdate',
      [
        toVariable,
        toFirst,
        toSecond,
        at(variable),
        at(gradient),
        at(firstMoment),
        at(secondMoment),
        stepSize,
        1 - beta1,
        1 - beta2,
        epsilon,
        decay,
      ],
      count,
      floatsWorthwhile,
    ),
  );
}

type Addresses<Shapes extends readonly unknown[]> = { [index in keyof Shapes]: number };

/** Allocates the outputs and computes them; frees them if that fails. */
function fill<const Shapes extends readonly (readonly number[])[]>(
  { backend }: KernelContext,
  shapes: Shapes,
  compute: (addresses: Addresses<Shapes>) => void,
): TensorInfo[] {
  const outputs: TensorInfo[] = [];
  try {
    for (const shape of shapes) outputs.push(makeOutput(backend, shape));
    compute(outputs.map((output) => addressOf(backend, output)) as unknown as Addresses<Shapes>);
  } catch (error) {
    for (const output of outputs) backend.disposeData(output.dataId);
    throw error;
  }
  return outputs;
}

function addressesOf<Name extends string>(
  backend: KernelContext['backend'],
  tensors: KernelInputs<Name>,
): Record<Name, Address> {
  const entries = Object.entries<TensorInfo>(tensors).map(([name, tensor]) => [
    name,
    addressOf(backend, tensor),
  ]);
  return Object.fromEntries(entries) as Record<Name, Address>;
}

function rowsOf({ shape }: TensorInfo): number {
  return util.sizeFromShape(shape.slice(0, -1));
}
