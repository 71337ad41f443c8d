import type { LayerGradient } from '@resnetjs/core';
import type { Evaluation } from './evaluate.js';
import type { Checkpoint, EvaluationSummary } from './training-state.js';

/** What training tells of itself. Epochs and steps count from 1; losses hold the L2 penalty where there is one. */
export type TrainEvent =
  | StepEvent
  | GradientsEvent
  | {
      readonly event: 'statistics' | 'validating';
      readonly epoch: number;
      readonly batch: number;
      readonly batches: number;
    }
  | {
      readonly event: 'epoch';
      readonly epoch: number;
      readonly loss: number;
      readonly accuracy: number;
      readonly seconds: number;
    }
  | ({ readonly event: 'validation'; readonly epoch: number } & Evaluation)
  | CheckpointEvent
  | {
      readonly event: 'done';
      /** Whether all epochs were run; false where the signal ended it. */
      readonly completed: boolean;
      readonly epochs: number;
      readonly steps: number;
      /** Of the last epoch, as far as it went. */
      readonly loss: number;
      readonly accuracy: number;
      /** The last one, where there was any. */
      readonly validation: EvaluationSummary | null;
    };

/** A point from which training can go on: after a step, at an epoch's end with its validation, and where the signal ended it. */
export interface CheckpointEvent {
  readonly event: 'checkpoint';
  readonly at: 'step' | 'epoch' | 'stop';
  readonly epoch: number;
  /** In all. */
  readonly steps: number;
  /** Everything to go on with, in no new memory. To be called before the loop goes on; the caller disposes of it (`disposeCheckpoint`). */
  save(): Checkpoint;
}

export interface StepEvent {
  readonly event: 'step';
  readonly epoch: number;
  /** Within the epoch. */
  readonly step: number;
  /** In an epoch. */
  readonly steps: number;
  readonly loss: number;
  /** The share of this step's images that were named right. */
  readonly accuracy: number;
  readonly imagesPerSecond: number;
}

/** How large the gradients of the step just told of were, by depth; the L2 penalty's share is not in them. */
export interface GradientsEvent {
  readonly event: 'gradients';
  readonly epoch: number;
  readonly step: number;
  readonly layers: readonly LayerGradient[];
}
