import { kernelNames } from '@resnetjs/backend';
import {
  disposeTensors,
  optionalKernel,
  type ParameterId,
  ResNetError,
  type TensorMap,
} from '@resnetjs/core';
import type { Adam, Optimizer, OptimizerState, ParameterSettings, Recipe, Sgd } from '@resnetjs/recipe';
import * as tf from '@tensorflow/tfjs-core';
import { startSlotNames } from './epoch-start.js';
import { shared, sharedMap } from './shared.js';

/** The names of the tensors that each optimizer keeps per weight. */
export const slotNames = { adam: ['first', 'second'], sgd: ['velocity'] } as const satisfies Record<
  Optimizer['kind'],
  string[]
>;

/** The names of the slots that a training keeps from step to step: the optimizer's, and the weights' average. */
export function keptSlots({ optimizer, averaging }: Recipe): readonly string[] {
  return [...slotNames[optimizer.kind], ...(averaging === undefined ? [] : ['average'])];
}

/** The names of all slots of a training's state: those, and the start of the epoch that it may roll back to. */
export function allSlots(recipe: Recipe): readonly string[] {
  const kept = keptSlots(recipe);
  return recipe.onNonFinite === 'rollback' ? [...kept, ...startSlotNames(kept)] : kept;
}

/** The state before the first step: for each of the weights that are learned, a tensor of zeros per slot. */
export function initialOptimizerState(optimizer: Optimizer, weights: TensorMap): OptimizerState {
  const zeros = () => new Map([...weights].map(([id, tensor]) => [id, tf.zerosLike(tensor)]));
  return { step: 0, slots: Object.fromEntries(slotNames[optimizer.kind].map((name) => [name, zeros()])) };
}

/** What `applyGradients` takes. */
interface BeforeUpdate {
  readonly optimizer: Optimizer;
  readonly settings: ReadonlyMap<ParameterId, ParameterSettings>;
  readonly weights: TensorMap;
  readonly gradients: TensorMap;
  readonly state: OptimizerState;
  readonly reuse: boolean;
}

/**
 * `applyGradients` for gradients whose norm, of all together, is at most `largest`: longer ones are scaled down to it, those of
 * the L2 penalty with them, as by Keras's `global_clipnorm`.
 */
export function applyClipped(
  { optimizer, settings, weights, gradients, state, reuse }: BeforeUpdate,
  largest: number,
): OptimizerStep {
  const clipped = clipGradients(gradients, largest, (gradient, id) =>
    withDecay(gradient, weights.get(id) as tf.Tensor, 2 * (settings.get(id)?.l2 ?? 0)),
  );
  const rest = new Map([...settings].map(([id, own]) => [id, { ...own, l2: 0 }] as const));
  try {
    return applyGradients(optimizer, rest, weights, clipped, state, { reuse });
  } finally {
    disposeTensors(clipped);
  }
}

/**
 * Gradients whose norm, of all together, is at most `largest`, in new tensors: longer ones are scaled down to it, as by
 * PyTorch's `clip_grad_norm_`. `whole` adds to a gradient what is to be clipped with it.
 */
export function clipGradients(
  gradients: TensorMap,
  largest: number,
  whole: (gradient: tf.Tensor, id: ParameterId) => tf.Tensor = (gradient) => gradient,
): TensorMap {
  if (gradients.size === 0) return gradients;
  const ids = [...gradients.keys()];
  const clipped = tf.tidy(() => {
    const all = [...gradients].map(([id, gradient]) => whole(gradient, id));
    const norm = tf.sqrt(tf.addN(all.map((gradient) => tf.sum(tf.square(gradient))))); // []
    const factor = tf.div(largest, tf.maximum(norm, largest)); // []
    return all.map((gradient) => tf.mul(gradient, factor));
  });
  return new Map(ids.map((id, index) => [id, clipped[index] as tf.Tensor]));
}

/** The state before a training's first step: the optimizer's, and the weights' average if the recipe has one. */
export function initialState(recipe: Recipe, weights: TensorMap): OptimizerState {
  const { step, slots } = initialOptimizerState(recipe.optimizer, weights);
  if (recipe.averaging === undefined) return { step, slots };
  return { step, slots: { ...slots, average: sharedMap(weights) } };
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
 * One optimizer step: new weights and a new state, in new tensors; those passed in are left as they are, or, with `reuse`, are good
 * for nothing but to be disposed of, where they are not shared. `settings` are those of every weight (`parameterSettings`).
 * `gradients` are the loss's alone: the gradient of a weight's L2 penalty, 2 · l2 · weight, is added here, and so is its decoupled
 * decay, learning rate · decay · weight. Throws `missing-variable`, before anything is changed, where a weight that is learned lacks
 * its value, its gradient or its slots, or they have different shapes.
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
  { reuse = false }: { readonly reuse?: boolean } = {},
): OptimizerStep {
  const step = state.step + 1;
  const names = slotNames[optimizer.kind];
  const learned = [...settings].filter(([, { frozen }]) => !frozen);
  const given = learned.map(([id, own]) => {
    const tensors = [weights.get(id), gradients.get(id), ...names.map((name) => state.slots[name]?.get(id))];
    if (areAlike(tensors)) return { ...own, tensors };
    const message = `${id} needs a weight, a gradient and ${optimizer.kind}'s ${names.join(' and ')}, all of one shape.`;
    throw new ResNetError('missing-variable', message, { id });
  });
  // For each weight that is learned: the new one, then its slots, all of the weight's shape.
  const rows: tf.Tensor[][] = tf.tidy(() =>
    given.map(({ tensors, l2, decay, learningRateFactor }) => {
      const own = scaled(optimizer, learningRateFactor);
      const lost =
        own.learningRate * decay === 0 ? null : tf.mul(tensors[0] as tf.Tensor, own.learningRate * decay);
      const call = { step, l2: 2 * l2, reuse };
      const [updated, ...newSlots] = stepOf(own, call, tensors) as [tf.Tensor, ...tf.Tensor[]];
      return [lost === null ? updated : tf.sub(updated, lost), ...newSlots];
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

interface StepCall {
  readonly step: number;
  /** Twice the coefficient of the L2 penalty. */
  readonly l2: number;
  readonly reuse: boolean;
}

/** The new weight and its new slots, from the weight, its gradient and its slots. */
function stepOf(optimizer: Optimizer, call: StepCall, tensors: readonly tf.Tensor[]): tf.Tensor[] {
  switch (optimizer.kind) {
    case 'adam':
      return adamStep(optimizer, call, tensors as Four);
    case 'sgd':
      return sgdStep(optimizer, call.l2, tensors as Three);
    default:
      return optimizer satisfies never;
  }
}

type Three = readonly [weight: tf.Tensor, gradient: tf.Tensor, velocity: tf.Tensor];
type Four = readonly [weight: tf.Tensor, gradient: tf.Tensor, first: tf.Tensor, second: tf.Tensor];

/** Both bias corrections are folded into the step size, as in Keras: that is where epsilon's meaning comes from. */
function adamStep(optimizer: Adam, { step, l2, reuse }: StepCall, tensors: Four): tf.Tensor[] {
  const { learningRate, beta1, beta2, epsilon } = optimizer;
  const stepSize = (learningRate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step);
  const [weight, gradient, firstMoment, secondMoment] = tensors;
  return optionalKernel(
    kernelNames.adamUpdate,
    { variable: weight, gradient, firstMoment, secondMoment },
    { stepSize, beta1, beta2, epsilon, decay: l2, ...(reuse && { reuse }) },
    () => {
      const g = withDecay(gradient, weight, l2);
      const first = tf.add(firstMoment, tf.mul(tf.sub(g, firstMoment), 1 - beta1));
      const second = tf.add(secondMoment, tf.mul(tf.sub(tf.square(g), secondMoment), 1 - beta2));
      const change = tf.div(tf.mul(first, stepSize), tf.add(tf.sqrt(second), epsilon));
      return [tf.sub(weight, change), first, second];
    },
  );
}

function sgdStep(optimizer: Sgd, decay: number, [weight, gradient, velocity]: Three): tf.Tensor[] {
  const { learningRate, momentum, nesterov = false } = optimizer;
  const change = tf.mul(withDecay(gradient, weight, decay), learningRate);
  const next = tf.sub(tf.mul(velocity, momentum), change);
  const step = nesterov ? tf.sub(tf.mul(next, momentum), change) : next;
  return [tf.add(weight, step), next];
}

function withDecay(gradient: tf.Tensor, weight: tf.Tensor, decay: number): tf.Tensor {
  return decay === 0 ? gradient : tf.add(gradient, tf.mul(weight, decay));
}
