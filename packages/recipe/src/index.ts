export {
  type Augmentation,
  type AugmentationKind,
  augmentation,
  augmentationDefaults,
  augmentationKinds,
  augmentationSchema,
  augmentationsSchema,
  type Blur,
  type Color,
  type Crop,
  type Erase,
  type Flip,
  type Gray,
  type RandAugment,
  type Range,
  type Rotate,
  type Shear,
  type Translate,
  type TrivialAugment,
} from './augmentation.js';
export { formatAugmentations, parseAugmentations } from './augmentation-text.js';
export { safeParse } from './checked.js';
export { type ChosenRecipe, type Reason, chooseRecipe, type ImagesToLearn } from './choose-recipe.js';
export type { Checkpoint, OptimizerState, TrainingState } from './checkpoint.js';
export { type Mixing, mixing, mixingSchema } from './mixing.js';
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
export { freezeGroups, partGroups } from './freeze.js';
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
  outOfPatience,
  type TrainingProgress,
  trainingProgressSchema,
} from './progress.js';
export {
  createRecipe,
  defaultRecipe,
  nonFiniteRules,
  type Recipe,
  recipeSchema,
  samplingKinds,
  statisticsKinds,
} from './recipe.js';
export {
  learningRateFactor,
  type NamedSchedule,
  namedSchedules,
  type OneCycleSchedule,
  type PlateauSchedule,
  type Schedule,
  type ScheduleName,
  type SchedulePoint,
  type StepSchedule,
  scheduleNames,
  scheduleSchema,
  schedules,
  spansAllEpochs,
} from './schedule.js';
export {
  type DataRecord,
  type FigureRecord,
  type TrainingRecord,
  type StartRecord,
  trainingRecordSchema,
} from './training-record.js';
