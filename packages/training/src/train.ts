import {
  type Classifier,
  differentiate,
  disposeMap,
  disposeTrainingPass,
  disposeVariables,
  Generator,
  type Parameter,
  parameters,
  ResNetError,
} from '@resnetjs/core';
import { type Batch, batches, type Dataset } from '@resnetjs/data';
import * as tf from '@tensorflow/tfjs-core';
import { checkFits, checkOptions } from './checks.js';
import { type Evaluation, evaluate } from './evaluate.js';
import { softmaxCrossEntropy } from './loss.js';
import {
  adam,
  disposeState,
  initialState,
  type Optimizer,
  type OptimizerState,
  update,
} from './optimizer.js';
import { preparePictures } from './pictures.js';
import { type Schedule, schedules } from './schedule.js';
import { StatisticsEstimate, updateStatistics } from './statistics.js';

export interface TrainOptions {
  /** Passes over the pictures; 1 where it isn't given. */
  readonly epochs?: number;
  /** Pictures a step; 32 where it isn't given. The last step of an epoch takes what is left. */
  readonly batchSize?: number;
  /** `adam()` where it isn't given. */
  readonly optimizer?: Optimizer;
  /** How the learning rate goes from the first step to the last; 'constant' where it isn't given. */
  readonly schedule?: Schedule;
  /** Seed of the order of the pictures; 0 where it isn't given. */
  readonly seed?: number;
  /** Pictures to evaluate on after each epoch. */
  readonly validation?: Dataset;
  /**
   * Where the normalizations' statistics come from before a validation and at the end: 'precise', over training
   * pictures with the weights as they are then; 'running', as they were kept from step to step, like Keras.
   */
  readonly statistics?: 'precise' | 'running';
  /** Batches that precise statistics are taken over, at most; 40 where it isn't given. */
  readonly statisticsBatches?: number;
  /** Ends training after the step under way, with `done`. */
  readonly signal?: AbortSignal;
}

/** What training tells of itself. Epochs and steps count from 1; losses hold the L2 penalty where there is one. */
export type TrainEvent =
  | StepEvent
  | {
      readonly event: 'statistics' | 'validating';
      readonly epoch: number;
      readonly batch: number;
      readonly batches: number;
    }
  | {
      readonly event: 'epoch';
      readonly epoch: number;
      readonly loss: number;
      readonly accuracy: number;
      readonly seconds: number;
    }
  | ({ readonly event: 'validation'; readonly epoch: number } & Evaluation)
  | {
      readonly event: 'done';
      /** Whether all epochs were run; false where the signal ended it. */
      readonly completed: boolean;
      readonly epochs: number;
      readonly steps: number;
      /** Of the last epoch, as far as it went. */
      readonly loss: number;
      readonly accuracy: number;
      /** The last one, where there was any. */
      readonly validation: Evaluation | null;
    };

export interface StepEvent {
  readonly event: 'step';
  readonly epoch: number;
  /** Within the epoch. */
  readonly step: number;
  /** In an epoch. */
  readonly steps: number;
  readonly loss: number;
  /** The share of this step's pictures that were named right. */
  readonly accuracy: number;
  readonly picturesPerSecond: number;
}

/** Of the streams under a seed, those that order pictures; for statistics one an epoch, from there on. */
const SHUFFLE_STREAM = 4 * 2 ** 32;
const STATISTICS_STREAM = 5 * 2 ** 32;
/** What a stopped training still spends on its statistics, so that it ends soon. */
const BATCHES_WHEN_STOPPED = 8;

/**
 * Trains a classifier in place: after each step `classifier.variables` are new. Leaving the loop ends it after the step.
 * Throws `not-finite` at a step whose loss is not a number, and where the options or the pictures don't fit.
 */
export async function* train(
  classifier: Classifier,
  data: Dataset,
  options: TrainOptions = {},
): AsyncGenerator<TrainEvent, void, void> {
  const { epochs = 1, batchSize = 32, seed = 0, validation, statistics = 'precise', signal } = options;
  const { optimizer = adam(), schedule = 'constant', statisticsBatches = 40 } = options;
  checkOptions({ epochs, batchSize, statisticsBatches });
  checkFits(classifier, data);
  if (validation !== undefined) checkFits(classifier, validation);

  const all = parameters(classifier.network);
  const order = Generator.stateless(seed, SHUFFLE_STREAM);
  const count = data.labels.length;
  const steps = Math.ceil(count / batchSize);
  let state = initialState(optimizer, classifier.variables.weights);
  let epoch = 0;
  let lastValidation: Evaluation | null = null;
  let totals = { loss: 0, correct: 0, pictures: 0 };
  const average = () => ({ loss: totals.loss / totals.pictures, accuracy: totals.correct / totals.pictures });
  const stopped = () => signal?.aborted === true;

  const estimate = (batchLimit: number) =>
    reestimate(classifier, data, { batchSize, batchLimit, seed, epoch });

  try {
    while (epoch < epochs && !stopped()) {
      epoch++;
      totals = { loss: 0, correct: 0, pictures: 0 };
      const started = performance.now();
      let step = 0;
      for await (const batch of batches(data, { batchSize, order: order.permutation(count) })) {
        const stepStarted = performance.now();
        const share = schedules[schedule](state.step / (epochs * steps));
        const paced = { ...optimizer, learningRate: optimizer.learningRate * share };
        const result = await takeStep(classifier, all, paced, state, batch);
        state = result.state;
        step++;
        if (!Number.isFinite(result.loss)) throw notFinite(result.loss, epoch, step, optimizer);
        const pictures = batch.labels.length;
        totals.loss += result.loss * pictures;
        totals.correct += result.correct;
        totals.pictures += pictures;
        const seconds = (performance.now() - stepStarted) / 1000;
        yield {
          event: 'step',
          epoch,
          step,
          steps,
          loss: result.loss,
          accuracy: result.correct / pictures,
          picturesPerSecond: pictures / seconds,
        };
        await breathe();
        if (stopped()) break;
      }
      if (stopped()) break;
      yield { event: 'epoch', epoch, ...average(), seconds: (performance.now() - started) / 1000 };
      if (statistics === 'precise' && (validation !== undefined || epoch === epochs))
        yield* estimate(statisticsBatches);
      if (validation !== undefined && !stopped()) {
        for await (const event of evaluate(classifier, validation, {
          batchSize,
          ...(signal ? { signal } : {}),
        })) {
          if (event.event === 'progress') {
            const done = Math.ceil(event.pictures / batchSize);
            yield { event: 'validating', epoch, batch: done, batches: Math.ceil(event.of / batchSize) };
          } else {
            const { event: _done, ...evaluation } = event;
            lastValidation = evaluation;
            yield { event: 'validation', epoch, ...evaluation };
          }
          await breathe();
        }
      }
    }
    if (stopped() && statistics === 'precise' && state.step > 0) yield* estimate(BATCHES_WHEN_STOPPED);
    const completed = epoch === epochs && totals.pictures === count;
    yield {
      event: 'done',
      completed,
      epochs: epoch,
      steps: state.step,
      ...average(),
      validation: lastValidation,
    };
  } finally {
    disposeState(state);
  }
}

/** Replaces the running statistics by those of up to `batchLimit` random training batches under the weights as they are. */
async function* reestimate(
  classifier: Classifier,
  data: Dataset,
  options: { batchSize: number; batchLimit: number; seed: number; epoch: number },
): AsyncGenerator<TrainEvent, void, void> {
  const { batchSize, batchLimit, seed, epoch } = options;
  const count = data.labels.length;
  const full = Math.max(1, Math.floor(count / batchSize));
  const batchCount = Math.min(full, batchLimit);
  const order = Generator.stateless(seed, STATISTICS_STREAM + epoch).permutation(count);
  const estimate = new StatisticsEstimate(classifier.network);
  try {
    let batch = 0;
    for await (const { pictures } of batches(data, {
      batchSize,
      order: order.slice(0, batchCount * batchSize),
    })) {
      const prepared = preparePictures(classifier, pictures);
      try {
        estimate.add(classifier.variables, prepared);
      } finally {
        prepared.dispose();
      }
      batch++;
      yield { event: 'statistics', epoch, batch, batches: batchCount };
      await breathe();
    }
    const { weights, statistics } = classifier.variables;
    classifier.variables = { weights, statistics: estimate.result() };
    disposeMap(statistics);
  } finally {
    estimate.dispose();
  }
}

interface StepResult {
  readonly loss: number;
  readonly correct: number;
  readonly state: OptimizerState;
}

/** One step. A loss that is not finite is returned with everything as it was. */
async function takeStep(
  classifier: Classifier,
  all: readonly Parameter[],
  optimizer: Optimizer,
  state: OptimizerState,
  batch: Batch,
): Promise<StepResult> {
  const { network, variables } = classifier;
  const measured: tf.Scalar[] = [];
  const pictures = preparePictures(classifier, batch.pictures);
  const labels = tf.tensor1d(Int32Array.from(batch.labels), 'int32');
  try {
    const pass = differentiate(network, variables, pictures, (logits) => {
      const { loss, correct, gradient } = softmaxCrossEntropy(logits as tf.Tensor2D, labels);
      measured.push(tf.keep(tf.add(loss, penalty(all, variables.weights))), tf.keep(correct));
      return gradient;
    });
    try {
      const [loss, correct] = (await Promise.all(
        measured.map(async (scalar) => (await scalar.data())[0]),
      )) as [number, number];
      if (!Number.isFinite(loss)) return { loss, correct, state };
      const statistics = updateStatistics(network, variables.statistics, pass.moments);
      const updated = update(optimizer, all, variables.weights, pass.gradients.weights, state);
      classifier.variables = { weights: updated.weights, statistics };
      disposeVariables(variables);
      disposeState(state);
      return { loss, correct, state: updated.state };
    } finally {
      disposeTrainingPass(pass);
    }
  } finally {
    tf.dispose([pictures, labels, ...measured]);
  }
}

/** Σ l2 · Σ weight², over the parameters that have a penalty. */
function penalty(all: readonly Parameter[], weights: ReadonlyMap<string, tf.Tensor>): tf.Tensor {
  const terms = all
    .filter(({ l2 }) => l2 > 0)
    .map(({ id, l2 }) => tf.mul(tf.sum(tf.square(weights.get(id) as tf.Tensor)), l2) as tf.Scalar);
  return terms.length === 0 ? tf.scalar(0) : tf.addN(terms);
}

function notFinite(loss: number, epoch: number, step: number, { learningRate }: Optimizer): ResNetError {
  return new ResNetError(
    'not-finite',
    `The loss became ${loss} at step ${step} of epoch ${epoch}. Try a smaller learning rate than ${learningRate}.`,
    { epoch, step, loss },
  );
}

/** Lets timers, signals and the page have their turn: tensors that are computed at once leave them none. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
