import type { Dataset } from '@resnetjs/data';
import type { Optimizer } from './optimizer.js';
import type { Schedule } from './schedule.js';
import type { TrainingState } from './training-state.js';

/** Options of `train`. */
export interface TrainOptions {
  /** Passes over the training images. Default: 1. */
  readonly epochs?: number;
  /** Images per step; the last step of an epoch takes those that remain. Default: 32. */
  readonly batchSize?: number;
  /** Default: `adam()`. */
  readonly optimizer?: Optimizer;
  /** Learning-rate schedule over all steps of the training. Default: 'constant'. */
  readonly schedule?: Schedule;
  /** Seed of the shuffling of the images. Default: 0. */
  readonly seed?: number;
  /** Images to evaluate on after each epoch. Default: none. */
  readonly validation?: Dataset;
  /**
   * Which batch-normalization statistics a validation and the finished model use: 'precise' estimates them over training
   * images under the current weights (Wu and Johnson 2021, §3); 'running' keeps a moving average over the steps, as Keras
   * and PyTorch do. Default: 'precise'.
   */
  readonly statistics?: 'precise' | 'running';
  /** Batches that precise statistics are estimated over, at most. Default: 40. */
  readonly statisticsBatches?: number;
  /** Stops the training after the current step; the last event is then `done`, with `completed` false. */
  readonly signal?: AbortSignal;
  /**
   * Resumes from a checkpoint's state. Pass the checkpoint's classifier and the options that the training began with; only
   * `epochs` may grow, with a constant learning rate. The state's tensors become the training's, which disposes of them.
   */
  readonly resume?: TrainingState;
  /** Steps between two `checkpoint` events within an epoch. Default: one at the end of each epoch only. */
  readonly checkpointEvery?: number;
  /** Steps between two `gradients` events, starting with the first step. Default: gradients are not measured. */
  readonly gradientsEvery?: number;
}
