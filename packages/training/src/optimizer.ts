import { kernelNames } from '@resnetjs/backend';
import {
  disposeMap,
  optionalKernel,
  type Parameter,
  type ParameterId,
  ResNetError,
  type TensorMap,
} from '@resnetjs/core';
import * as tf from '@tensorflow/tfjs-core';

/** Kingma and Ba 2015, with Keras's defaults; the learning rate is the size of a step. */
export interface Adam {
  readonly kind: 'adam';
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** velocity = momentum · velocity − learningRate · gradient; weight += velocity, as Keras has it. */
export interface Sgd {
  readonly kind: 'sgd';
  readonly learningRate: number;
  readonly momentum: number;
}

export type Optimizer = Adam | Sgd;

/** What an optimizer remembers between steps. Its tensors are the caller's. */
export interface OptimizerState {
  /** Steps done. */
  readonly step: number;
  /** By what it holds (`first`, `second` or `velocity`), a tensor for each weight. */
  readonly slots: Readonly<Record<string, TensorMap>>;
}

export function adam(options: Partial<Omit<Adam, 'kind'>> = {}): Adam {
  return checked({ kind: 'adam', learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, ...options });
}

export function sgd(options: Partial<Omit<Sgd, 'kind'>> = {}): Sgd {
  return checked({ kind: 'sgd', learningRate: 1e-2, momentum: 0.9, ...options });
}

function checked<Any extends Optimizer>(optimizer: Any): Any {
  const { kind, ...numbers } = optimizer;
  for (const [name, value] of Object.entries(numbers)) {
    const positive = name === 'learningRate' || name === 'epsilon';
    if (!Number.isFinite(value) || value < 0 || (positive && value === 0) || (!positive && value >= 1)) {
      const range = positive ? 'a positive number' : 'at least 0 and less than 1';
      throw new ResNetError(
        'bad-option',
        `The ${kind} optimizer's ${name} is ${value}; it must be ${range}.`,
        { [name]: value },
      );
    }
  }
  return optimizer;
}

/** What each optimizer holds for a weight. */
export const slotNames = { adam: ['first', 'second'], sgd: ['velocity'] } as const satisfies Record<
  Optimizer['kind'],
  string[]
>;

/** The state before the first step: zeros. */
export function initialState(optimizer: Optimizer, weights: TensorMap): OptimizerState {
  const zeros = () => new Map([...weights].map(([id, tensor]) => [id, tf.zerosLike(tensor)]));
  return { step: 0, slots: Object.fromEntries(slotNames[optimizer.kind].map((name) => [name, zeros()])) };
}

export function disposeState(state: OptimizerState): void {
  for (const slot of Object.values(state.slots)) disposeMap(slot);
}

export interface Update {
  readonly weights: TensorMap;
  readonly state: OptimizerState;
}

/** One step: new weights and a new state, in new tensors. The gradient of an L2 penalty, 2 · l2 · weight, is added here. */
export function update(
  optimizer: Optimizer,
  parameters: readonly Parameter[],
  weights: TensorMap,
  gradients: TensorMap,
  state: OptimizerState,
): Update {
  const step = state.step + 1;
  const trainable = parameters.filter((parameter) => parameter.trainable);
  const names = slotNames[optimizer.kind];
  const rows: tf.Tensor[][] = tf.tidy(() =>
    trainable.map(({ id, l2 }) => {
      const slots = names.map((name) => state.slots[name]?.get(id) as tf.Tensor);
      const tensors = [weights.get(id), gradients.get(id), ...slots] as tf.Tensor[];
      return optimizer.kind === 'adam'
        ? adamStep(optimizer, step, 2 * l2, tensors as Four)
        : sgdStep(optimizer, 2 * l2, tensors as Three);
    }),
  ) as unknown as tf.Tensor[][];
  const column = (index: number) =>
    new Map<ParameterId, tf.Tensor>(trainable.map(({ id }, row) => [id, rows[row]?.[index] as tf.Tensor]));
  return {
    weights: column(0),
    state: { step, slots: Object.fromEntries(names.map((name, index) => [name, column(index + 1)])) },
  };
}

type Three = [weight: tf.Tensor, gradient: tf.Tensor, velocity: tf.Tensor];
type Four = [weight: tf.Tensor, gradient: tf.Tensor, first: tf.Tensor, second: tf.Tensor];

/** The bias corrections are folded into the step size, so that epsilon counts as in Keras. */
function adamStep(optimizer: Adam, step: number, decay: number, tensors: Four): tf.Tensor[] {
  const { learningRate, beta1, beta2, epsilon } = optimizer;
  const stepSize = (learningRate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step);
  const [weight, gradient, firstMoment, secondMoment] = tensors;
  return optionalKernel(
    kernelNames.adamUpdate,
    { variable: weight, gradient, firstMoment, secondMoment },
    { stepSize, beta1, beta2, epsilon, decay },
    () => {
      const g = withDecay(gradient, weight, decay);
      const first = tf.add(firstMoment, tf.mul(tf.sub(g, firstMoment), 1 - beta1));
      const second = tf.add(secondMoment, tf.mul(tf.sub(tf.square(g), secondMoment), 1 - beta2));
      const change = tf.div(tf.mul(first, stepSize), tf.add(tf.sqrt(second), epsilon));
      return [tf.sub(weight, change), first, second];
    },
  );
}

function sgdStep(optimizer: Sgd, decay: number, [weight, gradient, velocity]: Three): tf.Tensor[] {
  const g = withDecay(gradient, weight, decay);
  const next = tf.sub(tf.mul(velocity, optimizer.momentum), tf.mul(g, optimizer.learningRate));
  return [tf.add(weight, next), next];
}

function withDecay(gradient: tf.Tensor, weight: tf.Tensor, decay: number): tf.Tensor {
  return decay === 0 ? gradient : tf.add(gradient, tf.mul(weight, decay));
}
