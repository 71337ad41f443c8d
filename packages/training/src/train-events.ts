import type { LayerGradientNorm } from '@resnetjs/core';
import type { Evaluation } from './evaluate.js';
import type { BestEpoch, Checkpoint, EvaluationSummary } from '@resnetjs/recipe';

/**
 * What `train` yields: a union discriminated by `event`. Epochs and steps count from 1. Losses are mean cross-entropies in nats; a
 * training loss includes the network's L2 penalty, a validation loss doesn't. Accuracies are shares, 0 to 1.
 */
export type TrainEvent =
  | StepEvent
  | GradientsEvent
  | FeaturesEvent
  /** Progress of the work before the first step, computing features, or after an epoch's: estimating precise statistics, or validating. */
  | {
      readonly event: 'progress';
      readonly of: 'features' | 'statistics' | 'validation';
      readonly epoch: number;
      /** Batches done. */
      readonly batch: number;
      /** Batches to do. */
      readonly batches: number;
    }
  /** An epoch's steps are done; its validation, if any, follows. */
  | {
      readonly event: 'epoch';
      readonly epoch: number;
      /** The mean over the epoch's images, each under the weights before its step. */
      readonly loss: number;
      readonly accuracy: number;
      /** The learning rate of its last step. */
      readonly learningRate: number;
      /** Duration of the epoch's steps. In a resumed epoch: of those since the training resumed. */
      readonly seconds: number;
    }
  /** The result of the validation after an epoch. */
  | ({
      readonly event: 'validation';
      readonly epoch: number;
      /** Whether it is the best so far: by accuracy, then by loss. */
      readonly best: boolean;
      /** Where the recipe averages the weights, what those have that aren't averaged. */
      readonly unaveraged?: UnaveragedFigures;
    } & Evaluation)
  | CheckpointEvent
  /** A loss was not finite, and the training is back at the start of the epoch, with half the learning rate. */
  | {
      readonly event: 'rollback';
      readonly epoch: number;
      /** The step at which it was found; after the epoch's last one, by its validation. */
      readonly step: number;
      /** That of the next step. */
      readonly learningRate: number;
    }
  /** The last event. */
  | {
      readonly event: 'done';
      /** Whether all epochs were run, or patience ran out; false if the signal stopped the training. */
      readonly completed: boolean;
      /** Epochs begun: the last one is incomplete if the training was stopped within it. */
      readonly epochs: number;
      /** Optimizer steps in total, over all epochs. */
      readonly steps: number;
      /** The last epoch's, as far as it got; null if the training was stopped before the first step. */
      readonly loss: number | null;
      readonly accuracy: number | null;
      /** The validation of the classifier as it now is; null if there was none, or training went on after it. */
      readonly validation: EvaluationSummary | null;
      /** The epoch with the best validation; null if there was no validation. */
      readonly best: BestEpoch | null;
    };

/**
 * Where the first layers of a network are frozen, what they compute of an image is the same each time: whether it is computed
 * once and kept, before the first step.
 */
export interface FeaturesEvent {
  readonly event: 'features';
  readonly of: 'training' | 'validation';
  readonly images: number;
  /** What the images' features take, kept or not. */
  readonly bytes: number;
  readonly kept: boolean;
  /** Why they are computed each time: images are augmented or mixed, or `featureBytes` are too few. null if they are kept. */
  readonly why: 'random' | 'memory' | null;
}

/** A point from which training can resume. */
export interface CheckpointEvent {
  readonly event: 'checkpoint';
  /** Where it is: after a step, at an epoch's end (after its validation), or where the signal stopped the training. */
  readonly at: 'step' | 'epoch' | 'stop';
  readonly epoch: number;
  /** Optimizer steps in total, over all epochs. */
  readonly steps: number;
  /**
   * The checkpoint, sharing the training's memory. Call it before the loop asks for the next event; the caller disposes of
   * the result (`disposeCheckpoint`).
   */
  capture(): Checkpoint;
}

/** What a validation says of weights that aren't averaged. */
export type UnaveragedFigures = Pick<EvaluationSummary, 'loss' | 'accuracy'>;

/** One optimizer step. */
export interface StepEvent {
  readonly event: 'step';
  readonly epoch: number;
  /** The step within the epoch. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** The batch's mean loss, under the weights before the step. */
  readonly loss: number;
  /** The share of the batch that was classified correctly, under the weights before the step. */
  readonly accuracy: number;
  /** The mean of the losses of the epoch's images so far, which moves less than a batch's. */
  readonly meanLoss: number;
  /** The share of the epoch's images so far that were classified correctly. */
  readonly meanAccuracy: number;
  /** The optimizer's learning rate in this step, as the schedule has it; parameter groups may have a factor on it. */
  readonly learningRate: number;
  readonly imagesPerSecond: number;
}

/** The gradients' norms, by layer, in the step of the `step` event just before. The L2 penalty's gradient isn't included. */
export interface GradientsEvent {
  readonly event: 'gradients';
  readonly epoch: number;
  /** The step within the epoch. */
  readonly step: number;
  readonly layers: readonly LayerGradientNorm[];
}
