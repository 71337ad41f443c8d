import { type Classifier, createClassifier, disposeVariables, ResNetError } from '@resnetjs/core';
import type { Dataset } from '@resnetjs/data';
import {
  adam,
  type Checkpoint,
  createRecipe,
  freezeGroups,
  type Recipe,
  type TrainingState,
} from '@resnetjs/recipe';
import { type TrainEvent, train } from '@resnetjs/training';
import { buildNetwork } from './build-network.js';
import type { TrainingData } from './datasets.js';
import { currentModel } from './model.js';
import { withNewHead } from './new-head.js';
import type { TrainingConfig, Variant } from './protocol.js';

/** Steps between two points at which a checkpoint may be saved: at each, so that a pause keeps the step it is at. */
const checkpointEvery = 1;

/** Steps between two measurements of the gradients. */
const gradientsEvery = 5;

/** One of the networks that are trained side by side, taking turns step by step. */
export interface Runner {
  readonly variant: Variant;
  readonly classifier: Classifier;
  /** Ends when the training does. */
  readonly events: AsyncGenerator<TrainEvent, void, void>;
  /** Its last checkpoint, until that is saved and disposed of; null if there is none. */
  checkpoint: Checkpoint | null;
  /** Whether its loss became NaN or infinite. */
  diverged: boolean;
}

/**
 * A newly initialized network, with the same seed for every variant, so that only the shortcuts differ; or the worker's model,
 * with a new last layer.
 */
export function initialClassifier(config: TrainingConfig, variant: Variant, data: Dataset): Classifier {
  if (config.from !== null) return withNewHead(currentModel().classifier, data, config.recipe.seed);
  const [size] = data.shape;
  const network = buildNetwork(config.network, variant, { size, classes: data.classes.length });
  return createClassifier(network, { classes: data.classes, seed: config.recipe.seed });
}

/** The whole recipe of a training: Adam, with the other defaults; from trained weights, only the last layer learns. */
export function recipeOf({ recipe, from }: TrainingConfig, { network }: Classifier): Recipe {
  const { learningRate, ...choice } = recipe;
  const settings = { ...choice, optimizer: adam({ learningRate }) };
  if (from === null) return createRecipe(settings);
  // No normalization learns, so that there are no statistics to estimate.
  return createRecipe({ ...settings, statistics: 'running', groups: freezeGroups('body', network) });
}

export interface RunnerOptions {
  readonly config: TrainingConfig;
  readonly data: TrainingData;
  readonly signal: AbortSignal;
  readonly resume?: TrainingState;
}

export function startRunner(variant: Variant, classifier: Classifier, options: RunnerOptions): Runner {
  const { config, data, signal, resume } = options;
  const events = train(classifier, data.train, {
    ...recipeOf(config, classifier),
    validation: data.validation,
    checkpointEvery,
    ...(config.from === null && { gradientsEvery }),
    signal,
    ...(resume && { resume }),
  });
  return { variant, classifier, events, checkpoint: null, diverged: false };
}

/** The next event; null if there are no more. A loss that isn't finite ends this network's training, and no other's. */
export async function nextEvent(runner: Runner): Promise<TrainEvent | null> {
  if (runner.diverged) return null;
  try {
    const { done, value } = await runner.events.next();
    return done ? null : value;
  } catch (error) {
    if (!(error instanceof ResNetError && error.code === 'not-finite')) throw error;
    runner.diverged = true;
    throw error;
  }
}

export async function endRunner(runner: Runner): Promise<void> {
  await runner.events.return();
  disposeVariables(runner.classifier.variables);
}
