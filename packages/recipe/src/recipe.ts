import * as z from 'zod/mini';
import { checked } from './checked.js';
import { count, oneOf, positiveInteger } from './numbers.js';
import { adam, type Optimizer, optimizerSchema } from './optimizer.js';
import { type ParameterGroup, parameterGroupSchema } from './parameter-groups.js';
import { type Schedule, scheduleNames } from './schedule.js';

/** Which batch-normalization statistics a trained model has: see `Recipe`. */
export const statisticsKinds = ['precise', 'running'] as const;

/** How a network is trained: everything on which the numbers of a training depend, besides its network and its images. */
export interface Recipe {
  /** Passes over the training images. Default: 1. */
  readonly epochs: number;
  /** Images per step; the last step of an epoch takes those that remain. Default: 32. */
  readonly batchSize: number;
  /** Seed of the shuffling of the images. Default: 0. */
  readonly seed: number;
  /** Learning-rate schedule over all steps of the training. Default: 'constant'. */
  readonly schedule: Schedule;
  /**
   * Which batch-normalization statistics a validation and the finished model use: 'precise' estimates them over training
   * images under the current weights (Wu and Johnson 2021, §3); 'running' keeps a moving average over the steps, as Keras
   * and PyTorch do. Default: 'precise'.
   */
  readonly statistics: (typeof statisticsKinds)[number];
  /** Batches that precise statistics are estimated over, at most. Default: 40. */
  readonly statisticsBatches: number;
  /** Default: `adam()`. */
  readonly optimizer: Optimizer;
  /** Settings of some of the weights: rates, penalties, what is frozen. Default: none. */
  readonly groups: readonly ParameterGroup[];
}

/** The schema of a `Recipe`. */
export const recipeSchema = z.strictObject({
  epochs: positiveInteger,
  batchSize: positiveInteger.check(z.lte(65_536, 'must be at most 65536')),
  seed: count,
  schedule: oneOf(scheduleNames),
  statistics: oneOf(statisticsKinds),
  statisticsBatches: positiveInteger,
  optimizer: optimizerSchema,
  groups: z.readonly(z.array(parameterGroupSchema).check(z.maxLength(1000))),
}) satisfies z.ZodMiniType<Recipe>;
null as unknown as Recipe satisfies z.input<typeof recipeSchema>;

/** The recipe of which `createRecipe` changes what is asked for. */
export const defaultRecipe: Recipe = {
  epochs: 1,
  batchSize: 32,
  seed: 0,
  schedule: 'constant',
  statistics: 'precise',
  statisticsBatches: 40,
  optimizer: adam(),
  groups: [],
};

/**
 * A recipe: the default one, with some settings changed. Throws `bad-option` for a setting out of range or unknown.
 *
 * @example
 * const recipe = createRecipe({ epochs: 20, optimizer: adam({ learningRate: 1.5e-4 }), schedule: 'cosine' });
 */
export function createRecipe(options: Partial<Recipe> = {}): Recipe {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return checked(recipeSchema, { ...defaultRecipe, ...Object.fromEntries(given) });
}
