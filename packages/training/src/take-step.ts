import {
  disposeTensors,
  disposeVariables,
  gradientNorms,
  type LayerGradientNorm,
  RandomGenerator,
  type TensorMap,
} from '@resnetjs/core';
import type { OptimizerState } from '@resnetjs/recipe';
import { updateAverage } from './averaging.js';
import { applyClipped, applyGradients, keptSlots } from './optimizer.js';
import { type StepBatch, type StepContext, StepSum } from './step-sum.js';

/** What a step starts from; it puts new variables into the classifier. */
interface BeforeStep extends StepContext {
  readonly state: OptimizerState;
}

interface StepOptions {
  readonly learningRate: number;
  /** Whether to measure the gradients' norms. */
  readonly measure: boolean;
}

interface StepResult {
  /** The mean loss of the step's images, with the L2 penalty. */
  readonly loss: number;
  /** How many of them were classified correctly. */
  readonly correct: number;
  readonly state: OptimizerState;
  /** The gradients' norms, if measured: before they are clipped. */
  readonly layers?: readonly LayerGradientNorm[];
}

/** The first of the random streams that dropout takes in training steps: one stream per step. */
const DROPOUT_STREAM = 6 * 2 ** 32;

/**
 * One training step, over a batch, or over several whose gradients are added up. If the loss isn't finite, it is returned,
 * and variables and state are left as they were.
 */
export async function takeStep(
  before: BeforeStep,
  batches: readonly StepBatch[],
  { learningRate, measure }: StepOptions,
): Promise<StepResult> {
  const { classifier, recipe, state } = before;
  const { variables, network } = classifier;
  const images = batches.reduce((sum, { labels }) => sum + labels.length, 0);
  const random = RandomGenerator.stateless(recipe.seed, DROPOUT_STREAM + state.step);
  const sum = new StepSum(before);
  try {
    for (const batch of batches) await sum.add(batch, batch.labels.length / images, random);
    const { loss, correct, gradients } = sum;
    if (!Number.isFinite(loss)) return { loss, correct, state };
    const layers = measure ? await gradientNorms(network, gradients) : undefined;
    const updated = update(before, gradients, learningRate);
    classifier.variables = { weights: updated.weights, statistics: sum.takeStatistics() };
    disposeVariables(variables);
    for (const name of keptSlots(recipe)) disposeTensors(state.slots[name] as TensorMap);
    const slots = { ...state.slots, ...updated.state.slots };
    return { loss, correct, state: { step: updated.state.step, slots }, ...(layers && { layers }) };
  } finally {
    sum.dispose();
  }
}

/** The new weights, and the slots that change from step to step; those of before are used up. */
function update(
  { classifier, recipe, settings, state }: BeforeStep,
  gradients: TensorMap,
  learningRate: number,
) {
  const { clipNorm, averaging: decay } = recipe;
  const { weights } = classifier.variables;
  const optimizer = { ...recipe.optimizer, learningRate };
  const reuse = true; // both are disposed of once there are new ones
  const next =
    clipNorm === undefined
      ? applyGradients(optimizer, settings, weights, gradients, state, { reuse })
      : applyClipped({ optimizer, settings, weights, gradients, state, reuse }, clipNorm);
  if (decay === undefined) return next;
  const { step, slots } = next.state;
  const average = updateAverage(state.slots.average as TensorMap, next.weights, { decay, step });
  return { weights: next.weights, state: { step, slots: { ...slots, average } } };
}
