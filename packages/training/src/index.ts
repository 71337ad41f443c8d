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
  disposeState,
  initialState,
  type Optimizer,
  type OptimizerState,
  type Sgd,
  sgd,
  type Update,
  update,
} from './optimizer.js';
export { prepareImages } from './images.js';
export { type Schedule, schedules } from './schedule.js';
export { StatisticsEstimate, updateStatistics } from './statistics.js';
export { train } from './train.js';
export type { CheckpointEvent, GradientsEvent, StepEvent, TrainEvent } from './train-events.js';
export type { TrainOptions } from './train-options.js';
export {
  type Checkpoint,
  disposeCheckpoint,
  type EpochRecord,
  type Fingerprint,
  type EvaluationSummary,
  type Progress,
  type Recipe,
  type TrainingState,
} from './training-state.js';
