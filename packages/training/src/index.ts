export {
  type EvaluateOptions,
  type Evaluation,
  type EvaluationEvent,
  evaluate,
  predict,
} from './evaluate.js';
export { type BatchLoss, softmaxCrossEntropy } from './loss.js';
export {
  type Adam,
  adam,
  disposeOptimizerState,
  initialOptimizerState,
  type Optimizer,
  type OptimizerState,
  type Sgd,
  sgd,
  type OptimizerStep,
  applyGradients,
} from './optimizer.js';
export { preprocess } from './preprocess.js';
export { type Schedule, schedules } from './schedule.js';
export { StatisticsEstimate, updateStatistics } from './statistics.js';
export { train } from './train.js';
export type { CheckpointEvent, GradientsEvent, StepEvent, TrainEvent } from './train-events.js';
export type { TrainOptions } from './train-options.js';
export {
  type Checkpoint,
  disposeCheckpoint,
  type EpochRecord,
  type DatasetFingerprint,
  type EvaluationSummary,
  type TrainingProgress,
  type Recipe,
  type TrainingState,
} from './training-state.js';
