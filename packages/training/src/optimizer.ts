import { kernelNames } from '@resnetjs/backend';
import {
  disposeTensors,
  optionalKernel,
  type ParameterId,
  ResNetError,
  type TensorMap,
} from '@resnetjs/core';
import type { Adam, Optimizer, OptimizerState, ParameterSettings, Sgd } from '@resnetjs/recipe';
import * as tf from '@tensorflow/tfjs-core';
import { shared } from './shared.js';

/** The names of the tensors that each optimizer keeps per weight. */
export const slotNames = { adam: ['first', 'second'], sgd: ['velocity'] } as const satisfies Record<
  Optimizer['kind'],
  string[]
>;

/** The state before the first step: for each of the weights that are learned, a tensor of zeros per slot. */
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
 * One optimizer step: new weights and a new state, in new tensors; those passed in are left as they are. `settings` are
 * those of every weight (`parameterSettings`). `gradients` are the loss's alone: the gradient of a weight's L2 penalty,
 * 2 · l2 · weight, is added here. Throws `missing-variable` where a weight that is learned lacks its value, its gradient or
 * its slots, or they have different shapes.
 *
 * @example
 * const next = applyGradients(optimizer, parameterSettings(network, []), weights, gradients, state);
 * disposeOptimizerState(state); // and the old weights, once nothing reads them
 */
export function applyGradients(
  optimizer: Optimizer,
  settings: ReadonlyMap<ParameterId, ParameterSettings>,
  weights: TensorMap,
  gradients: TensorMap,
  state: OptimizerState,
): OptimizerStep {
  const step = state.step + 1;
  const names = slotNames[optimizer.kind];
  const learned = [...settings].filter(([, { frozen }]) => !frozen);
  // For each weight that is learned: the new one, then its slots, all of the weight's shape.
  const rows: tf.Tensor[][] = tf.tidy(() =>
    learned.map(([id, { l2, learningRateFactor }]) => {
      const slots = names.map((name) => state.slots[name]?.get(id));
      const tensors = [weights.get(id), gradients.get(id), ...slots];
      if (!areAlike(tensors)) {
        const message = `${id} needs a weight, a gradient and ${optimizer.kind}'s ${names.join(' and ')}, all of one shape.`;
        throw new ResNetError('missing-variable', message, { id });
      }
      return stepOf(scaled(optimizer, learningRateFactor), step, 2 * l2, tensors);
    }),
  ) as unknown as tf.Tensor[][];
  const column = (index: number) =>
    new Map<ParameterId, tf.Tensor>(learned.map(([id], row) => [id, rows[row]?.[index] as tf.Tensor]));
  const updated = column(0);
  const all = [...settings.keys()].map(
    (id) => [id, updated.get(id) ?? shared(weights.get(id) as tf.Tensor)] as const,
  );
  return {
    weights: new Map(all),
    state: { step, slots: Object.fromEntries(names.map((name, index) => [name, column(index + 1)])) },
  };
}

function areAlike(tensors: readonly (tf.Tensor | undefined)[]): tensors is readonly tf.Tensor[] {
  return tensors.every((each) => each !== undefined && String(each.shape) === String(tensors[0]?.shape));
}

function scaled<Any extends Optimizer>(optimizer: Any, factor: number): Any {
  return { ...optimizer, learningRate: optimizer.learningRate * factor };
}

/** The new weight and its new slots, from the weight, its gradient and its slots. */
function stepOf(
  optimizer: Optimizer,
  step: number,
  decay: number,
  tensors: readonly tf.Tensor[],
): tf.Tensor[] {
  switch (optimizer.kind) {
    case 'adam':
      return adamStep(optimizer, step, decay, tensors as Four);
    case 'sgd':
      return sgdStep(optimizer, decay, tensors as Three);
    default:
      return optimizer satisfies never;
  }
}

type Three = readonly [weight: tf.Tensor, gradient: tf.Tensor, velocity: tf.Tensor];
type Four = readonly [weight: tf.Tensor, gradient: tf.Tensor, first: tf.Tensor, second: tf.Tensor];

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
