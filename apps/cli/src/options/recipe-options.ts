import {
  adam,
  createRecipe,
  defaultRecipe,
  type Optimizer,
  optimizerKinds,
  parameterGroupSchema,
  type Recipe,
  recipeSchema,
  type Sgd,
  namedSchedules,
  sgd,
  sgdSchema,
  statisticsKinds,
} from '@resnetjs/recipe';
import { type Command, Option } from 'commander';
import { headings } from './help.js';
import { numberOf } from './parsers.js';
import { refuse } from './refuse.js';

/** The options of a recipe, as commander parses them. */
export interface RecipeOptions extends Pick<Recipe, 'epochs' | 'batchSize' | 'schedule' | 'seed'> {
  readonly optimizer: Optimizer['kind'];
  readonly learningRate?: number;
  readonly momentum?: Sgd['momentum'];
  readonly bnStatistics: Recipe['statistics'];
  readonly l2?: number;
}

const { epochs, batchSize, seed } = recipeSchema.shape;

/** Adds the options that say how the weights are learned; their values are those that the recipe's schema takes. */
export function addRecipeOptions(command: Command): void {
  command
    .optionsGroup(headings.recipe)
    .option('--epochs <count>', 'number of epochs', numberOf(epochs), 5)
    .option('--batch-size <count>', 'images per batch', numberOf(batchSize), defaultRecipe.batchSize)
    .addOption(
      new Option('--optimizer <name>', 'optimizer')
        .choices(optimizerKinds)
        .default(defaultRecipe.optimizer.kind),
    )
    .option(
      '--learning-rate <number>',
      `learning rate (default: ${adam().learningRate} for adam, ${sgd().learningRate} for sgd)`,
      numberOf(sgdSchema.shape.learningRate),
    )
    .option(
      '--momentum <number>',
      `SGD momentum (default: ${sgd().momentum})`,
      numberOf(sgdSchema.shape.momentum),
    )
    .addOption(
      new Option('--schedule <name>', 'learning-rate schedule')
        .choices(namedSchedules)
        .default(defaultRecipe.schedule as string),
    )
    .option(
      '--l2 <number>',
      "L2 penalty on the convolution kernels, as Keras's: adds number · Σw² to the training loss (default: 0)",
      numberOf(parameterGroupSchema.shape.l2),
    )
    .addOption(
      new Option(
        '--bn-statistics <name>',
        `the model's batch-normalization statistics: precise computes them over up to ${defaultRecipe.statisticsBatches} training batches before each validation and at the end, running keeps the moving averages`,
      )
        .choices(statisticsKinds)
        .default(defaultRecipe.statistics),
    )
    .option(
      '--seed <number>',
      'random seed of the initial weights, the shuffling, the split and the synthetic images',
      numberOf(seed),
      defaultRecipe.seed,
    );
}

/** The recipe that the options describe. Throws `bad-option` for options that don't go together. */
export function recipeOf(options: RecipeOptions): Recipe {
  const { epochs, batchSize, seed, schedule, bnStatistics: statistics, l2 = 0 } = options;
  return createRecipe({
    ...{ epochs, batchSize, seed, schedule, statistics },
    optimizer: optimizerOf(options),
    groups: l2 > 0 ? [{ match: { op: 'conv', role: 'kernel' }, l2 }] : [],
  });
}

function optimizerOf({ optimizer, learningRate, momentum }: RecipeOptions): Optimizer {
  const rate = learningRate === undefined ? {} : { learningRate };
  switch (optimizer) {
    case 'sgd':
      return sgd({ ...rate, ...(momentum === undefined ? {} : { momentum }) });
    case 'adam':
      refuse({ '--momentum': momentum }, 'is for --optimizer sgd; adam takes none');
      return adam(rate);
    default:
      return optimizer satisfies never;
  }
}
