export type { Calibration, ClassifiedImage } from './classified.js';
export { checkpointModel } from './averaging.js';
export {
  type EvaluateOptions,
  type DetailedEvaluation,
  type Evaluation,
  type EvaluationEvent,
  evaluate,
} from './evaluate.js';
export {
  type FindLearningRateOptions,
  findLearningRate,
  type RatePoint,
  suggestLearningRate,
} from './find-learning-rate.js';
export { type BatchLoss, softmaxCrossEntropy } from './loss.js';
export {
  applyGradients,
  clipGradients,
  disposeOptimizerState,
  initialOptimizerState,
  type OptimizerStep,
} from './optimizer.js';
export { StatisticsEstimate, updateStatistics } from './statistics.js';
export { defaultFeatureBytes, train } from './train.js';
export type {
  CheckpointEvent,
  FeaturesEvent,
  GradientsEvent,
  StepEvent,
  TrainEvent,
  UnaveragedFigures,
} from './train-events.js';
export type { TrainOptions } from './train-options.js';
export { disposeCheckpoint } from './training-state.js';
export {
  type Adam,
  adam,
  type BestEpoch,
  bestEpoch,
  type Checkpoint,
  createRecipe,
  type DatasetFingerprint,
  type EpochRecord,
  type EvaluationSummary,
  learnedWeights,
  learningRateFactor,
  type NamedSchedule,
  type OneCycleSchedule,
  type Optimizer,
  type OptimizerState,
  type ParameterGroup,
  type ParameterMatch,
  type ParameterSettings,
  parameterSettings,
  type PlateauSchedule,
  type Recipe,
  type Schedule,
  type Sgd,
  schedules,
  sgd,
  type StepSchedule,
  type TrainingProgress,
  type TrainingState,
} from '@resnetjs/recipe';
