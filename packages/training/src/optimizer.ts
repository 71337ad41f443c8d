import { kernelNames } from '@resnetjs/backend';
import {
  disposeTensors,
  optionalKernel,
  type Parameter,
  type ParameterId,
  ResNetError,
  type TensorMap,
} from '@resnetjs/core';
import * as tf from '@tensorflow/tfjs-core';

/** Adam's hyperparameters, as plain data: make them with `adam`. */
export interface Adam {
  readonly kind: 'adam';
  /** Default: 0.001. */
  readonly learningRate: number;
  /** Decay of the first moment, the running mean of gradients. Default: 0.9. */
  readonly beta1: number;
  /** Decay of the second moment, the running mean of squared gradients. Default: 0.999. */
  readonly beta2: number;
  /** Added to the square root of the uncorrected second moment, as in Keras; PyTorch corrects its bias first. Default: 1e-7. */
  readonly epsilon: number;
}

/** The hyperparameters of stochastic gradient descent, as plain data: make them with `sgd`. */
export interface Sgd {
  readonly kind: 'sgd';
  /** Default: 0.01. */
  readonly learningRate: number;
  /** SGD momentum: the share of the previous velocity that is kept. Default: 0.9 (in Keras and PyTorch, 0). */
  readonly momentum: number;
}

/** An optimizer, as plain data; `applyGradients` takes its step. */
export type Optimizer = Adam | Sgd;

/** What an optimizer keeps between steps. Its tensors belong to the caller: see `disposeOptimizerState`. */
export interface OptimizerState {
  /** Steps done so far. */
  readonly step: number;
  /** By slot name, a tensor for each trainable weight: `first` and `second` (Adam's moments), or `velocity` (SGD). */
  readonly slots: Readonly<Record<string, TensorMap>>;
}

/**
 * Adam (Kingma and Ba 2015), computed as in Keras and with its defaults. Throws `bad-option` for a hyperparameter out of
 * range.
 *
 * @example
 * const optimizer = adam({ learningRate: 1.5e-4 });
 * for await (const event of train(classifier, images, { epochs: 20, optimizer })) console.log(event);
 */
export function adam(options: Partial<Omit<Adam, 'kind'>> = {}): Adam {
  return checked({ kind: 'adam', learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, ...options });
}

/**
 * Stochastic gradient descent with momentum, computed as in Keras: velocity = momentum · velocity − learningRate ·
 * gradient; weight += velocity. (PyTorch multiplies by the learning rate last, which differs once the rate changes.)
 * Throws `bad-option` for a hyperparameter out of range.
 *
 * @example
 * const optimizer = sgd({ learningRate: 0.1, momentum: 0.9 });
 * for await (const event of train(classifier, images, { optimizer, schedule: 'cosine' })) console.log(event);
 */
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

/** The names of the tensors that each optimizer keeps per weight. */
export const slotNames = { adam: ['first', 'second'], sgd: ['velocity'] } as const satisfies Record<
  Optimizer['kind'],
  string[]
>;

/** The state before the first step: for each weight, a tensor of zeros per slot. */
export function initialOptimizerState(optimizer: Optimizer, weights: TensorMap): OptimizerState {
  const zeros = () => new Map([...weights].map(([id, tensor]) => [id, tf.zerosLike(tensor)]));
  return { step: 0, slots: Object.fromEntries(slotNames[optimizer.kind].map((name) => [name, zeros()])) };
}

/** Disposes of an optimizer state's tensors. */
export function disposeOptimizerState(state: OptimizerState): void {
  for (const slot of Object.values(state.slots)) disposeTensors(slot);
}

/** What one optimizer step computes. Its tensors are new, and belong to the caller. */
export interface OptimizerStep {
  readonly weights: TensorMap;
  readonly state: OptimizerState;
}

/**
 * One optimizer step: new weights and a new state, in new tensors; those passed in are left as they are. `gradients` are
 * the loss's alone: the gradient of a parameter's L2 penalty, 2 · l2 · weight, is added here.
 *
 * @example
 * const next = applyGradients(optimizer, parameters(network), weights, gradients, state);
 * disposeOptimizerState(state); // and the old weights, once nothing reads them
 */
export function applyGradients(
  optimizer: Optimizer,
  parameters: readonly Parameter[],
  weights: TensorMap,
  gradients: TensorMap,
  state: OptimizerState,
): OptimizerStep {
  const step = state.step + 1;
  const trainable = parameters.filter((parameter) => parameter.trainable);
  const names = slotNames[optimizer.kind];
  // For each trainable parameter: the new weight, then its slots, all of the weight's shape.
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

/** Both bias corrections are folded into the step size, as in Keras: that is where epsilon's meaning comes from. */
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
