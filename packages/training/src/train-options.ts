import type { Dataset } from '@resnetjs/data';
import type { Optimizer } from './optimizer.js';
import type { Schedule } from './schedule.js';
import type { TrainingState } from './training-state.js';

export interface TrainOptions {
  /** Passes over the images; 1 where it isn't given. */
  readonly epochs?: number;
  /** Images a step; 32 where it isn't given. The last step of an epoch takes what is left. */
  readonly batchSize?: number;
  /** `adam()` where it isn't given. */
  readonly optimizer?: Optimizer;
  /** How the learning rate goes from the first step to the last; 'constant' where it isn't given. */
  readonly schedule?: Schedule;
  /** Seed of the order of the images; 0 where it isn't given. */
  readonly seed?: number;
  /** Images to evaluate on after each epoch. */
  readonly validation?: Dataset;
  /**
   * Where the normalizations' statistics come from before a validation and at the end: 'precise', over training
   * images with the weights as they are then; 'running', as they were kept from step to step, like Keras.
   */
  readonly statistics?: 'precise' | 'running';
  /** Batches that precise statistics are taken over, at most; 40 where it isn't given. */
  readonly statisticsBatches?: number;
  /** Ends training after the step under way, with `done`. */
  readonly signal?: AbortSignal;
  /**
   * Goes on from here; the classifier is the checkpoint's, and the other options are as they were, but for more epochs.
   * The state's tensors become the training's, which disposes of them.
   */
  readonly resume?: TrainingState;
  /** Steps from one `checkpoint` to the next within an epoch; where it isn't given, one comes only at an epoch's end. */
  readonly checkpointEvery?: number;
  /** Steps from one `gradients` to the next, the first step's told first; where it isn't given, none are measured. */
  readonly gradientsEvery?: number;
}
