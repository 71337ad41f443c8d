import {
  adam,
  augmentationKinds,
  defaultRecipe,
  nonFiniteRules,
  optimizerKinds,
  parameterGroupSchema,
  type Recipe,
  recipeSchema,
  samplingKinds,
  type Sgd,
  sgd,
  sgdSchema,
  statisticsKinds,
} from '@resnetjs/recipe';
import { type Command, Option } from 'commander';
import { headings } from './help.js';
import { alpha, augmentations, classWeights, integer, integerList, numberOf } from './parsers.js';

/** The optimizers' names: those of recipes, and AdamW, which is Adam with a weight decay. */
export const optimizerNames = [...optimizerKinds, 'adamw'] as const;
export type OptimizerName = (typeof optimizerNames)[number];

/** The schedules' names, and what each is called in a recipe. */
export const scheduleKinds = {
  constant: 'constant',
  step: 'step',
  cosine: 'cosine',
  'one-cycle': 'oneCycle',
  plateau: 'plateau',
} as const;
export type ScheduleOption = keyof typeof scheduleKinds;

/** What a recipe has that the options don't change. */
export const recipeDefaults = {
  epochs: 5,
  weightDecay: 0.01,
  scheduleFactor: 0.1,
  schedulePatience: 5,
} as const;

/** The options of a recipe, as commander parses them: undefined where the recipe stays as it is. */
export interface RecipeOptions {
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly accumulate?: number;
  readonly optimizer?: OptimizerName;
  readonly momentum?: Sgd['momentum'];
  readonly nesterov?: boolean;
  /** 0 for none; so are those below. */
  readonly clipNorm?: number;
  readonly onNan?: NonNullable<Recipe['onNonFinite']>;
  readonly bnStatistics?: Recipe['statistics'];
  readonly seed?: number;
  readonly learningRate?: number;
  readonly warmup?: number;
  readonly schedule?: ScheduleOption;
  readonly milestones?: readonly number[];
  readonly scheduleFactor?: number;
  readonly schedulePatience?: number;
  readonly weightDecay?: number;
  readonly l2?: number;
  readonly labelSmoothing?: number;
  readonly averaging?: number;
  readonly patience?: number;
  /** As `parseAugmentations` reads them, or none. */
  readonly augment?: string;
  readonly mixup?: number;
  readonly cutmix?: number;
  readonly classWeights?: 'none' | 'balanced' | readonly number[];
  readonly sampling?: NonNullable<Recipe['sampling']>;
}

/** Their names. */
const recipeOptions = {
  epochs: true,
  batchSize: true,
  accumulate: true,
  optimizer: true,
  momentum: true,
  nesterov: true,
  clipNorm: true,
  onNan: true,
  bnStatistics: true,
  seed: true,
  learningRate: true,
  warmup: true,
  schedule: true,
  milestones: true,
  scheduleFactor: true,
  schedulePatience: true,
  weightDecay: true,
  l2: true,
  labelSmoothing: true,
  averaging: true,
  patience: true,
  augment: true,
  mixup: true,
  cutmix: true,
  classWeights: true,
  sampling: true,
} as const satisfies Record<keyof RecipeOptions, true>;

export const isRecipeOption = (name: string): name is keyof RecipeOptions =>
  Object.hasOwn(recipeOptions, name);

const { epochs, batchSize, seed, accumulate, warmup, labelSmoothing, averaging } = recipeSchema.shape;
const { l2, decay } = parameterGroupSchema.shape;
const nonNegative = numberOf(warmup);

/** Adds the options that say how the weights are learned; their values are those that the recipe's schema takes. */
export function addRecipeOptions(command: Command): void {
  addStepOptions(command);
  addRateOptions(command);
  addRegularizationOptions(command);
  addAugmentationOptions(command);
  addClassOptions(command);
}

function addStepOptions(command: Command): void {
  command
    .optionsGroup(headings.recipe)
    .option('--epochs <count>', `number of epochs (default: ${recipeDefaults.epochs})`, numberOf(epochs))
    .option(
      '--batch-size <count>',
      `images per batch (default: ${defaultRecipe.batchSize})`,
      numberOf(batchSize),
    )
    .option(
      '--accumulate <count>',
      'batches whose gradients are added up for one step (default: 1)',
      numberOf(accumulate),
    )
    .addOption(
      new Option(
        '--optimizer <name>',
        `optimizer; adamw is adam with a weight decay of ${recipeDefaults.weightDecay} (default: "${defaultRecipe.optimizer.kind}")`,
      ).choices(optimizerNames),
    )
    .option(
      '--momentum <number>',
      `SGD momentum (default: ${sgd().momentum})`,
      numberOf(sgdSchema.shape.momentum),
    )
    .option('--nesterov', "SGD: Nesterov's momentum")
    .addOption(new Option('--no-nesterov').default(undefined).hideHelp())
    .option(
      '--clip-norm <number>',
      'scale the gradients down to this norm where theirs is larger (default: 0, for never)',
      nonNegative,
    )
    .addOption(
      new Option(
        '--on-nan <name>',
        'when the loss is no longer finite: stop, or go back to where the epoch began, with half the learning rate (default: "stop")',
      ).choices(nonFiniteRules),
    )
    .addOption(
      new Option(
        '--bn-statistics <name>',
        `the model's batch-normalization statistics: precise computes them over up to ${defaultRecipe.statisticsBatches} training batches before each validation and at the end, running keeps the moving averages (default: "${defaultRecipe.statistics}")`,
      ).choices(statisticsKinds),
    )
    .option(
      '--seed <number>',
      `random seed of the initial weights, the shuffling, the split and the synthetic images (default: ${defaultRecipe.seed})`,
      numberOf(seed),
    );
}

function addRateOptions(command: Command): void {
  command
    .optionsGroup(headings.learningRate)
    .option(
      '--learning-rate <number>',
      `learning rate (default: ${adam().learningRate} for adam and adamw, ${sgd().learningRate} for sgd)`,
      numberOf(sgdSchema.shape.learningRate),
    )
    .option(
      '--warmup <epochs>',
      'epochs, or a share of one, in which the rate grows from about 0 (default: 0)',
      nonNegative,
    )
    .addOption(
      new Option(
        '--schedule <name>',
        `what happens to the rate then: step lowers it at milestones, cosine to 0 at the end, one-cycle raises it first, plateau lowers it when the loss no longer falls (default: "${defaultRecipe.schedule}")`,
      ).choices(Object.keys(scheduleKinds)),
    )
    .option(
      '--milestones <epochs>',
      'step: after which epochs, such as 15,25 (default: half and three quarters of all)',
      integerList,
    )
    .option(
      '--schedule-factor <number>',
      `step and plateau: factor on the rate each time (default: ${recipeDefaults.scheduleFactor})`,
      numberOf(sgdSchema.shape.learningRate),
    )
    .option(
      '--schedule-patience <epochs>',
      `plateau: epochs without a lower loss to wait for (default: ${recipeDefaults.schedulePatience})`,
      integer(1),
    );
}

function addRegularizationOptions(command: Command): void {
  command
    .optionsGroup(headings.regularization)
    .option(
      '--weight-decay <number>',
      'decoupled weight decay, as in AdamW, for sgd too: each step takes learning rate · number off the kernels, not off biases and normalizations (default: 0)',
      numberOf(decay),
    )
    .option(
      '--l2 <number>',
      "L2 penalty on the convolution kernels, as Keras's: adds number · Σw² to the training loss (default: 0)",
      numberOf(l2),
    )
    .option(
      '--label-smoothing <share>',
      'share of each label that is spread over all classes, such as 0.1 (default: 0)',
      numberOf(labelSmoothing),
    )
    .option(
      '--averaging <share>',
      'use a moving average of the weights that keeps this share at each step, such as 0.999 (default: 0)',
      numberOf(averaging),
    )
    .option(
      '--patience <epochs>',
      'stop after so many epochs without a better validation (default: 0, for never)',
      integer(0),
    );
}

/** `reference`: where more is said about --augment. */
export function addAugmentationOptions(command: Command, reference = 'see resnet augment'): void {
  command
    .optionsGroup(headings.augmentation)
    .option(
      '--augment <list>',
      `change the training images at random, such as flip,crop=0.5,color=0.2: ${augmentationKinds.join(', ')} (${reference}; default: none)`,
      augmentations,
    )
    .option(
      '--mixup <alpha>',
      'average pairs of images and their labels, by shares of Beta(alpha, alpha), such as 0.2 (default: 0)',
      alpha,
    )
    .option(
      '--cutmix <alpha>',
      'paste a box of another image in, of an area of Beta(alpha, alpha), such as 1 (default: 0)',
      alpha,
    );
}

function addClassOptions(command: Command): void {
  command
    .optionsGroup(headings.classes)
    .option(
      '--class-weights <weights>',
      "factors on the loss of each class's images: balanced, or numbers such as 1,2.5,1 (default: none)",
      classWeights,
    )
    .addOption(
      new Option(
        '--sampling <name>',
        'balanced takes as many images of each class in an epoch, some more than once (default: "shuffle")',
      ).choices(samplingKinds),
    );
}
