import type { AugmentJob, Dataset } from '@resnetjs/data';
import type { Recipe, TrainingState } from '@resnetjs/recipe';

/** Options of `train`: the recipe, each setting with its default, and what does not change the numbers. */
export interface TrainOptions extends Partial<Recipe> {
  /** Images to evaluate on after each epoch. Default: none. */
  readonly validation?: Dataset;
  /** What augments images: `augmentInBackground` of `@resnetjs/data/node`, for example. Default: this thread. */
  readonly augmentImages?: (job: AugmentJob) => Promise<Uint8Array> | Uint8Array;
  /**
   * Memory, in bytes, for what frozen layers compute of training and validation images, which is kept if it fits, and nothing
   * before it is random: see the event `features`. Default: 1 GiB.
   */
  readonly featureBytes?: number;
  /** Stops the training after the current step; the last event is then `done`, with `completed` false. */
  readonly signal?: AbortSignal;
  /**
   * Resumes from a checkpoint's state. Pass the checkpoint's classifier and the options that the training began with; only
   * `epochs` may grow, unless the schedule spans all of them. The state's tensors become the training's, which disposes of them.
   */
  readonly resume?: TrainingState;
  /** Steps between two `checkpoint` events within an epoch. Default: one at the end of each epoch only. */
  readonly checkpointEvery?: number;
  /** Steps between two `gradients` events, starting with the first step. Default: gradients are not measured. */
  readonly gradientsEvery?: number;
}
