export { safeParse } from './checked.js';
export type { Checkpoint, OptimizerState, TrainingState } from './checkpoint.js';
export {
  type Adam,
  adam,
  adamSchema,
  type Optimizer,
  optimizerKinds,
  optimizerSchema,
  type Sgd,
  sgd,
  sgdSchema,
} from './optimizer.js';
export {
  learnedWeights,
  type ParameterGroup,
  type ParameterMatch,
  type ParameterSettings,
  parameterGroupSchema,
  parameterSettings,
} from './parameter-groups.js';
export {
  type BestEpoch,
  bestEpoch,
  type DatasetFingerprint,
  type EpochRecord,
  type EvaluationSummary,
  type TrainingProgress,
  trainingProgressSchema,
} from './progress.js';
export { createRecipe, defaultRecipe, type Recipe, recipeSchema, statisticsKinds } from './recipe.js';
export { type Schedule, scheduleNames, schedules } from './schedule.js';
export {
  type DataRecord,
  type FigureRecord,
  type TrainingRecord,
  type StartRecord,
  trainingRecordSchema,
} from './training-record.js';
