import { type Classifier, disposeVariables, RandomGenerator, ResNetError } from '@resnetjs/core';
import type { Dataset } from '@resnetjs/data';
import { createRecipe, learnedWeights, parameterSettings, type Recipe } from '@resnetjs/recipe';
import { breathe } from './breathe.js';
import { checkOptions, fitted } from './checks.js';
import { epochOrder } from './epoch-order.js';
import { imageInputs } from './network-inputs.js';
import { disposeOptimizerState, initialState } from './optimizer.js';
import { sharedMap } from './shared.js';
import { stepBatches } from './step-batches.js';
import { takeStep } from './take-step.js';
import { resolveClassWeights } from './targets.js';
import type { TrainOptions } from './train-options.js';
import { firstGenerator } from './training-state.js';

/** A step of a search for a learning rate. */
export interface RatePoint {
  /** From 1. */
  readonly step: number;
  readonly learningRate: number;
  /** The step's loss, before its update; it may be NaN or infinite in the last one. */
  readonly loss: number;
  /** A running mean of the losses, which moves less. */
  readonly smoothed: number;
}

/** Options of `findLearningRate`: a recipe, of which the schedule, the warm-up and the epochs don't count, and the ramp. */
export interface FindLearningRateOptions extends Partial<Recipe>, Pick<TrainOptions, 'augmentImages'> {
  /** Of the first step. Default: 1e-6. */
  readonly lowest?: number;
  /** Of the last step. Default: 1 for Adam, 10 for SGD. */
  readonly highest?: number;
  /** Steps of the whole ramp. Default: 100. */
  readonly steps?: number;
  readonly signal?: AbortSignal;
}

/** The share of the earlier losses in the running mean. */
const memory = 0.9;
/** The ramp ends where the running mean is so many times its lowest value. */
const diverged = 4;

/**
 * Trains with a learning rate that grows exponentially from step to step, until the loss diverges (Smith 2017, §3.3), and
 * yields each step; `suggestLearningRate` reads a rate off them. The classifier is left as it was.
 *
 * Throws as `train` does, but not for a loss that isn't finite, which ends it.
 *
 * @example
 * const points = await Array.fromAsync(findLearningRate(classifier, images, { optimizer: sgd() }));
 * const recipe = { optimizer: sgd({ learningRate: suggestLearningRate(points) }) };
 */
export async function* findLearningRate(
  classifier: Classifier,
  images: Dataset,
  options: FindLearningRateOptions = {},
): AsyncGenerator<RatePoint, void, void> {
  const { lowest = 1e-6, highest, steps = 100, signal, augmentImages, ...given } = options;
  const { onNonFinite: _, averaging: __, ...recipe } = createRecipe(given);
  checkOptions({ steps });
  const top = highest ?? (recipe.optimizer.kind === 'sgd' ? 10 : 1);
  if (!(lowest > 0 && lowest <= top && Number.isFinite(top))) {
    const message = `The rates must rise, from more than 0, and can't go from ${lowest} to ${top}.`;
    throw new ResNetError('bad-option', message, { lowest, highest: top });
  }
  const ramp = (step: number) => lowest * (top / lowest) ** ((step - 1) / Math.max(1, steps - 1));
  const search = startSearch(classifier, fitted(classifier, images), recipe);
  let best = Number.POSITIVE_INFINITY;
  let mean = 0;
  try {
    for await (const batches of endlessBatches(search.data, recipe, augmentImages)) {
      const step = search.state.step + 1;
      const learningRate = ramp(step);
      const { loss, state } = await takeStep(search, batches, { learningRate, measure: false });
      search.state = state;
      mean = memory * mean + (1 - memory) * loss;
      const smoothed = mean / (1 - memory ** step); // without the zero that it began with
      yield { step, learningRate, loss, smoothed };
      best = Math.min(best, smoothed);
      await breathe();
      if (!Number.isFinite(loss) || smoothed > diverged * best || step >= steps || signal?.aborted) return;
    }
  } finally {
    disposeOptimizerState(search.state);
    disposeVariables(search.classifier.variables);
  }
}

/** A training of a copy of the classifier. */
function startSearch(classifier: Classifier, data: Dataset, recipe: Recipe) {
  const { weights, statistics } = classifier.variables;
  const settings = parameterSettings(classifier.network, recipe.groups);
  const learned = learnedWeights(settings);
  const classWeights = resolveClassWeights(recipe, data.labels, classifier.classes);
  const copied = {
    ...classifier,
    variables: { weights: sharedMap(weights), statistics: sharedMap(statistics) },
  };
  return {
    ...{ data, recipe, settings, learned, classWeights, classifier: copied },
    inputs: imageInputs(copied, data),
    state: initialState(recipe, new Map([...weights].filter(([id]) => learned.has(id)))),
  };
}

/** The batches of each step, epoch after epoch, as a training takes them. */
async function* endlessBatches(data: Dataset, recipe: Recipe, augmentImages: TrainOptions['augmentImages']) {
  const generator = RandomGenerator.restore(firstGenerator(recipe));
  let step = 0;
  for (let epoch = 1; ; epoch++) {
    const order = epochOrder(recipe, data.labels, { epoch, generator });
    const options = { recipe, epoch, step, order, ...(augmentImages && { augmentImages }) };
    let taken = 0;
    for await (const { batches } of stepBatches(data, options)) {
      taken++;
      yield batches;
    }
    if (taken === 0) return;
    step += taken;
  }
}

/**
 * A tenth of the rate at which the running mean of the loss was lowest: below where it begins to diverge by enough to train
 * with (the rule of fastai's `lr_find`; Howard and Gugger 2020, §5). Null if the loss never fell.
 */
export function suggestLearningRate(points: readonly RatePoint[]): number | null {
  let lowest: RatePoint | undefined;
  for (const point of points) if (lowest === undefined || point.smoothed < lowest.smoothed) lowest = point;
  if (lowest === undefined || lowest.step === 1) return null;
  return lowest.learningRate / 10;
}
