import * as tf from '@tensorflow/tfjs-core';
import { findStep, type StepReference } from '../network/find-step.js';
import type { Network } from '../network/types.js';
import { type ForwardOptions, inferSteps } from './forward.js';
import type { Variables } from './variables.js';

/** What inference gives on the way. Every tensor is the caller's: `disposeFeatureMaps`. */
export interface FeatureMaps {
  /** As of `forward`. */
  readonly result: tf.Tensor;
  /** By index of the step: [batch, height, width, channels], or [batch, features]. */
  readonly maps: ReadonlyMap<number, tf.Tensor>;
}

/**
 * Inference that also gives the results of steps on the way, each as it is by itself: before a ReLU that follows it.
 * Throws as `forward` does, and `bad-option` for a step that the network doesn't have.
 */
export function featureMaps(
  network: Network,
  variables: Variables,
  pictures: tf.Tensor,
  steps: readonly StepReference[],
  options: ForwardOptions = {},
): FeatureMaps {
  const kept = new Set(steps.map((step) => findStep(network, step)));
  const [result, ...maps] = tf.tidy(() => {
    const { result, steps } = inferSteps(network, variables, pictures, { ...options, kept });
    return [result, ...Array.from(kept, (index) => (steps[index] as tf.Tensor).clone())];
  });
  return {
    result: result as tf.Tensor,
    maps: new Map(Array.from(kept, (index, position) => [index, maps[position] as tf.Tensor])),
  };
}

export function disposeFeatureMaps({ result, maps }: FeatureMaps): void {
  tf.dispose([result, ...maps.values()]);
}
