import { ResNetError } from '@resnetjs/core/network';
import * as z from 'zod/mini';
import { type Augmentation, augmentationsSchema } from './augmentation.js';
import { checked } from './checked.js';
import { count, nonNegative, oneOf, positive, positiveInteger, shareBelowOne } from './numbers.js';
import { adam, type Optimizer, optimizerSchema } from './optimizer.js';
import { type ParameterGroup, parameterGroupSchema } from './parameter-groups.js';
import { type Mixing, mixingSchema } from './mixing.js';
import { type Schedule, scheduleSchema } from './schedule.js';

/** Which batch-normalization statistics a trained model has: see `Recipe`. */
export const statisticsKinds = ['precise', 'running'] as const;

/** How images are chosen for an epoch: see `Recipe`. */
export const samplingKinds = ['shuffle', 'balanced'] as const;

/** What happens when a loss is not finite: see `Recipe`. */
export const nonFiniteRules = ['stop', 'rollback'] as const;

/** How a network is trained: everything on which the numbers of a training depend, besides its network and its images. */
export interface Recipe {
  /** Passes over the training images. Default: 1. */
  readonly epochs: number;
  /** Images per batch; the last batch of an epoch takes those that remain. Default: 32. */
  readonly batchSize: number;
  /** Seed of all that is random: the images' order, dropout, augmentation. Default: 0. */
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
  /** Settings of some of the weights: rates, penalties, decay, what is frozen. Default: none. */
  readonly groups: readonly ParameterGroup[];
  // What follows is off where it is absent.
  /**
   * What is done to each training image, other in each epoch; validation images stay as they are. Crops, translations, flips,
   * rotations and shears come first, as one map; the rest in this order.
   */
  readonly augment?: readonly Augmentation[];
  /** How the images of a batch are mixed with each other. */
  readonly mixing?: Mixing;
  /** Epochs, or a share of one, in which the learning rate grows from about 0 to where the schedule begins. */
  readonly warmup?: number;
  /** Batches whose gradients are added up for one step. Each is normalized by statistics of its own. */
  readonly accumulate?: number;
  /** The largest norm of all gradients together; longer ones are scaled down to it (Pascanu et al. 2013). */
  readonly clipNorm?: number;
  /**
   * Keeps an exponential moving average of the weights, which is what validations and the finished model use: after step n,
   * it keeps min(averaging, (1 + n) / (10 + n)) of itself. Needs precise statistics.
   */
  readonly averaging?: number;
  /** The share of each label that is spread evenly over all classes (Szegedy et al. 2016, §7). */
  readonly labelSmoothing?: number;
  /** The factor of each class on its images' losses, in the classes' order; 'balanced' has images / (classes that have any · the class's). */
  readonly classWeights?: 'balanced' | readonly number[];
  /** 'balanced' takes as many images of each class in an epoch, some more often than once; absent, each image comes once. */
  readonly sampling?: (typeof samplingKinds)[number];
  /** Stops the training after this many epochs without a better validation. */
  readonly patience?: number;
  /**
   * 'rollback' returns to where the epoch began, with half the learning rate, at a loss that is not finite, up to five times; absent, the
   * training stops.
   */
  readonly onNonFinite?: (typeof nonFiniteRules)[number];
}

/** The schema of a `Recipe`. */
export const recipeSchema = z.strictObject({
  epochs: positiveInteger,
  batchSize: positiveInteger.check(z.lte(65_536, 'must be at most 65536')),
  seed: count,
  schedule: scheduleSchema,
  statistics: oneOf(statisticsKinds),
  statisticsBatches: positiveInteger,
  optimizer: optimizerSchema,
  groups: z.readonly(z.array(parameterGroupSchema).check(z.maxLength(1000))),
  augment: z.exactOptional(augmentationsSchema),
  mixing: z.exactOptional(mixingSchema),
  warmup: z.exactOptional(nonNegative),
  accumulate: z.exactOptional(positiveInteger),
  clipNorm: z.exactOptional(positive),
  averaging: z.exactOptional(shareBelowOne),
  labelSmoothing: z.exactOptional(shareBelowOne),
  classWeights: z.exactOptional(
    z.union([z.literal('balanced'), z.readonly(z.array(nonNegative).check(z.maxLength(65_536)))], {
      error: "must be 'balanced', or a number of at least 0 for each class",
    }),
  ),
  sampling: z.exactOptional(oneOf(samplingKinds)),
  patience: z.exactOptional(positiveInteger),
  onNonFinite: z.exactOptional(oneOf(nonFiniteRules)),
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
  const recipe = checked(recipeSchema, { ...defaultRecipe, ...Object.fromEntries(given) });
  const contradiction = contradictionIn(recipe);
  if (contradiction !== null) throw new ResNetError('bad-option', contradiction, { recipe });
  return recipe;
}

/** What in a recipe doesn't go together, in words; null if all does. */
function contradictionIn({ epochs, schedule, warmup, statistics, ...recipe }: Recipe): string | null {
  if (recipe.averaging !== undefined && statistics !== 'precise') {
    return "Averaged weights (averaging) need statistics of their own: give statistics 'precise', which is the default, or no averaging.";
  }
  if (recipe.onNonFinite === 'rollback' && statistics !== 'precise') {
    return "A rollback restores weights, not statistics: give statistics 'precise', which is the default.";
  }
  if (warmup === undefined) return null;
  if (typeof schedule !== 'string' && schedule.kind === 'oneCycle') {
    return 'The one-cycle schedule begins with a warm-up of its own: leave warmup out.';
  }
  if (warmup < epochs) return null;
  return `A warm-up of ${warmup} epochs leaves none of the ${epochs} epochs to the schedule: give less than ${epochs}.`;
}
