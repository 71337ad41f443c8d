import type { Classifier, TensorMap } from '@resnetjs/core';
import type { TrainingProgress } from './progress.js';

/** What an optimizer keeps between steps. Its tensors belong to the caller. */
export interface OptimizerState {
  /** Steps done so far. */
  readonly step: number;
  /** By slot name, a tensor for each weight that is learned: `first` and `second` (Adam's moments), or `velocity` (SGD). */
  readonly slots: Readonly<Record<string, TensorMap>>;
}

/** A training's state apart from its classifier. The optimizer's tensors belong to the caller that holds it. */
export interface TrainingState {
  readonly optimizer: OptimizerState;
  readonly progress: TrainingProgress;
}

/**
 * A training between two steps, from which it can resume as if it had never stopped.
 *
 * @example
 * for await (const event of train(checkpoint.classifier, images, { ...options, resume: checkpoint.state })) {
 *   console.log(event);
 * }
 */
export interface Checkpoint {
  readonly classifier: Classifier;
  readonly state: TrainingState;
}
