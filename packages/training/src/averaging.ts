import type { Classifier, ParameterId, TensorMap } from '@resnetjs/core';
import type { Checkpoint, OptimizerState } from '@resnetjs/recipe';
import * as tf from '@tensorflow/tfjs-core';
import { shared, sharedMap } from './shared.js';

/**
 * The exponential moving average of the weights after a step, in new tensors. Early on it keeps less of itself, so that the
 * initial weights soon cease to count: min(decay, (1 + step) / (10 + step)), as in TensorFlow's ExponentialMovingAverage.
 */
export function updateAverage(
  average: TensorMap,
  weights: TensorMap,
  { decay, step }: { readonly decay: number; readonly step: number },
): TensorMap {
  const kept = Math.min(decay, (1 + step) / (10 + step));
  const next = ([id, old]: [ParameterId, tf.Tensor]) =>
    [id, tf.tidy(() => tf.add(old, tf.mul(tf.sub(weights.get(id) as tf.Tensor, old), 1 - kept)))] as const;
  return new Map([...average].map(next));
}

/** The weights that a training's model has: the averaged ones where there are any. In new tensors that share their memory. */
export function modelWeights(weights: TensorMap, { slots }: OptimizerState): TensorMap {
  return new Map([...weights].map(([id, tensor]) => [id, shared(slots.average?.get(id) ?? tensor)]));
}

/**
 * The classifier that a training would end with at a checkpoint: with the averaged weights, if the recipe keeps them, and
 * the checkpoint's statistics, which are then theirs. Its tensors are new; the caller disposes of them.
 *
 * @example
 * const model = checkpointModel(checkpoint);
 * const bytes = await encodeClassifier(model);
 * disposeVariables(model.variables);
 */
export function checkpointModel({ classifier, state }: Checkpoint): Classifier {
  const { weights, statistics } = classifier.variables;
  return {
    ...classifier,
    variables: { weights: modelWeights(weights, state.optimizer), statistics: sharedMap(statistics) },
  };
}
