import { type Classifier, createClassifier, disposeVariables, ResNetError } from '@resnetjs/core';
import type { Dataset } from '@resnetjs/data';
import { adam, type Checkpoint, type TrainEvent, type TrainingState, train } from '@resnetjs/training';
import { buildNetwork } from './build-network.js';
import type { TrainingData } from './datasets.js';
import type { Lane, RecipeOrder, TrainingOrder } from './protocol.js';

/** Steps between two points at which a checkpoint may be kept. */
export const checkpointEvery = 10;

/** Steps between two looks at the gradients. */
const gradientsEvery = 5;

/** One of the networks that are trained side by side, one step each in turn. */
export interface Runner {
  readonly lane: Lane;
  readonly classifier: Classifier;
  /** Ends when the training does. */
  readonly events: AsyncGenerator<TrainEvent, void, void>;
  /** Its last point to go on from; null where it has none. */
  checkpoint: Checkpoint | null;
  /** Whether its loss became no number any more. */
  diverged: boolean;
}

/** A network of its own, from its first values: the same seed for every lane, so that only the shortcuts differ. */
export function firstClassifier(order: TrainingOrder, lane: Lane, data: Dataset): Classifier {
  const [size] = data.shape;
  const network = buildNetwork(order.network, lane, { size, classes: data.classes.length });
  return createClassifier(network, { classes: data.classes, seed: order.recipe.seed });
}

export interface RunnerOptions {
  readonly data: TrainingData;
  readonly recipe: RecipeOrder;
  readonly signal: AbortSignal;
  readonly resume?: TrainingState;
}

export function startRunner(lane: Lane, classifier: Classifier, options: RunnerOptions): Runner {
  const { data, recipe, signal, resume } = options;
  const { epochs, batchSize, learningRate, schedule, seed } = recipe;
  const events = train(classifier, data.train, {
    epochs,
    batchSize,
    seed,
    schedule,
    optimizer: adam({ learningRate }),
    validation: data.validation,
    checkpointEvery,
    gradientsEvery,
    signal,
    ...(resume && { resume }),
  });
  return { lane, classifier, events, checkpoint: null, diverged: false };
}

/** The next event; null where there are no more. A loss that is no number ends this lane, and only this one. */
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
