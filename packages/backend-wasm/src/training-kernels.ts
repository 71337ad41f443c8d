import { type AdamUpdateAttributes, BackendError, type BatchNormAttributes } from '@resnetjs/backend';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { normalizeBatch, normalizeBatchGradient } from './batch-norm.js';
import { addressOf, type KernelContext, makeOutput, withScratch } from './heap.js';
import type { Address } from './microkernels.js';
import { floatsWorthwhile } from './threads/team.js';

type Inputs<Name extends string> = Readonly<Record<Name, TensorInfo>>;

/** y [..., c], mean [c] and the biased variance [c] of x [..., c]. */
export function batchNormTraining(
  context: KernelContext,
  { x, scale, offset }: Inputs<'x' | 'scale' | 'offset'>,
  { epsilon, relu }: BatchNormAttributes,
): TensorInfo[] {
  const { backend } = context;
  const [rows, channels] = rowsAndChannels('batchNormTraining', x, { scale, offset });
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
  inputs: Inputs<'dy' | 'x' | 'scale' | 'offset' | 'mean' | 'variance'>,
  { epsilon, relu }: BatchNormAttributes,
): TensorInfo[] {
  const { backend } = context;
  const { dy, x, scale, offset, mean, variance } = inputs;
  const [rows, channels] = rowsAndChannels('batchNormTrainingGradient', x, { scale, offset, mean, variance });
  sameShape('batchNormTrainingGradient', { x, dy });
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

/** relu(a + b). */
export function addRelu(context: KernelContext, { a, b }: Inputs<'a' | 'b'>): TensorInfo[] {
  const { backend, team } = context;
  const count = sameShape('addRelu', { a, b });
  return fill(context, [a.shape], ([to]) =>
    team.share('addRelu', [to, addressOf(backend, a), addressOf(backend, b)], count, floatsWorthwhile),
  );
}

/** dy where y > 0, else 0. */
export function reluGradient(context: KernelContext, { dy, y }: Inputs<'dy' | 'y'>): TensorInfo[] {
  const { backend, team } = context;
  const count = sameShape('reluGradient', { dy, y });
  return fill(context, [dy.shape], ([to]) =>
    team.share('reluGradient', [to, addressOf(backend, dy), addressOf(backend, y)], count, floatsWorthwhile),
  );
}

/** The new variable, firstMoment and secondMoment. */
export function adamUpdate(
  context: KernelContext,
  inputs: Inputs<'variable' | 'gradient' | 'firstMoment' | 'secondMoment'>,
  { stepSize, beta1, beta2, epsilon, decay }: AdamUpdateAttributes,
): TensorInfo[] {
  const { backend, team } = context;
  const { variable, gradient, firstMoment, secondMoment } = inputs;
  const count = sameShape('adamUpdate', inputs);
  const shape = variable.shape;
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

/** Makes the outputs and has them filled; frees them if that fails. */
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
  tensors: Inputs<Name>,
): Record<Name, Address> {
  const entries = Object.entries<TensorInfo>(tensors).map(([name, tensor]) => [
    name,
    addressOf(backend, tensor),
  ]);
  return Object.fromEntries(entries) as Record<Name, Address>;
}

function rowsAndChannels(
  kernel: string,
  x: TensorInfo,
  perChannel: Readonly<Record<string, TensorInfo>>,
): [rows: number, channels: number] {
  const channels = x.shape.at(-1);
  if (channels === undefined) {
    throw new BackendError('bad-arguments', `${kernel}: x is a scalar, [..., channels] was expected.`);
  }
  for (const [name, { shape }] of Object.entries(perChannel)) {
    if (shape.length !== 1 || shape[0] !== channels) {
      throw new BackendError(
        'bad-arguments',
        `${kernel}: ${name} [${shape.join(', ')}] does not fit x [${x.shape.join(', ')}]: [${channels}] was expected.`,
      );
    }
  }
  return [x.shape.slice(0, -1).reduce((rows, n) => rows * n, 1), channels];
}

/** The number of elements that all the inputs have; throws where their shapes differ. */
function sameShape(kernel: string, inputs: Readonly<Record<string, TensorInfo>>): number {
  type Entries = [first: [string, TensorInfo], ...others: [string, TensorInfo][]];
  const [[name, { shape }], ...others] = Object.entries(inputs) as Entries;
  for (const [otherName, other] of others) {
    if (other.shape.length !== shape.length || other.shape.some((n, axis) => n !== shape[axis])) {
      throw new BackendError(
        'bad-arguments',
        `${kernel}: ${otherName} [${other.shape.join(', ')}] does not have the shape of ${name} [${shape.join(', ')}].`,
      );
    }
  }
  return shape.reduce((product, n) => product * n, 1);
}
