import {
  type Classifier,
  differentiate,
  disposeMap,
  disposeTrainingPass,
  disposeVariables,
  Generator,
  gradientNorms,
  type LayerGradient,
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
import {
  type Checkpoint,
  checkResumed,
  fingerprint,
  firstProgress,
  holdCheckpoint,
  type Judgement,
  type Progress,
  type Recipe,
  type TrainingState,
} from './training-state.js';

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
  /**
   * Goes on from here; the classifier is the checkpoint's, and the other options are as they were, but for more epochs.
   * The state's tensors become the training's, which disposes of them.
   */
  readonly resume?: TrainingState;
  /** Steps from one `checkpoint` to the next within an epoch; where it isn't given, one comes only at an epoch's end. */
  readonly checkpointEvery?: number;
  /** Steps from one `gradients` to the next, the first step's told first; where it isn't given, none are measured. */
  readonly gradientsEvery?: number;
}

/** What training tells of itself. Epochs and steps count from 1; losses hold the L2 penalty where there is one. */
export type TrainEvent =
  | StepEvent
  | GradientsEvent
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
  | CheckpointEvent
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
      readonly validation: Judgement | null;
    };

/** A point from which training can go on: after a step, at an epoch's end with its validation, and where the signal ended it. */
export interface CheckpointEvent {
  readonly event: 'checkpoint';
  readonly at: 'step' | 'epoch' | 'stop';
  readonly epoch: number;
  /** In all. */
  readonly steps: number;
  /** Everything to go on with, in no new memory. To be called before the loop goes on; the caller disposes of it (`disposeCheckpoint`). */
  save(): Checkpoint;
}

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

/** How large the gradients of the step just told of were, by depth; the L2 penalty's share is not in them. */
export interface GradientsEvent {
  readonly event: 'gradients';
  readonly epoch: number;
  readonly step: number;
  readonly layers: readonly LayerGradient[];
}

/** Of the streams under a seed, those that order pictures for statistics: one an epoch, from there on. */
const STATISTICS_STREAM = 5 * 2 ** 32;
/** What a stopped training still spends on its statistics, so that it ends soon. */
const BATCHES_WHEN_STOPPED = 8;

/**
 * Trains a classifier in place: after each step `classifier.variables` are new. Leaving the loop ends it after the step.
 * Throws `not-finite` at a step or a validation whose loss is not a number, and where the options or the pictures don't fit.
 */
export async function* train(
  classifier: Classifier,
  data: Dataset,
  options: TrainOptions = {},
): AsyncGenerator<TrainEvent, void, void> {
  const { epochs = 1, batchSize = 32, seed = 0, validation, statistics = 'precise', signal } = options;
  const { optimizer = adam(), schedule = 'constant', statisticsBatches = 40 } = options;
  const { resume, checkpointEvery, gradientsEvery } = options;
  let state = resume?.optimizer ?? { step: 0, slots: {} };
  try {
    const every = {
      ...(checkpointEvery && { checkpointEvery }),
      ...(gradientsEvery !== undefined && { gradientsEvery }),
    };
    checkOptions({ epochs, batchSize, statisticsBatches, ...every });
    checkFits(classifier, data);
    if (validation !== undefined) checkFits(classifier, validation);
    const recipe: Recipe = {
      epochs,
      batchSize,
      seed,
      schedule,
      statistics,
      statisticsBatches,
      optimizer,
      data: fingerprint(data),
      validation: validation === undefined ? null : fingerprint(validation),
    };
    const { weights } = classifier.variables;
    if (resume) checkResumed(resume, weights, recipe);
    else state = initialState(optimizer, weights);

    let progress = resume ? { ...resume.progress, recipe } : firstProgress(recipe);
    const order = Generator.restore(progress.order);
    const all = parameters(classifier.network);
    const count = data.labels.length;
    const steps = Math.ceil(count / batchSize);
    /** Whether the statistics are of the weights as they are. */
    let estimated = false;
    const stopped = () => signal?.aborted === true;
    const isOver = ({ history, epoch }: Progress) => history.length === epoch;

    const checkpoint = (at: CheckpointEvent['at']): CheckpointEvent => {
      const now = { classifier: { ...classifier }, state: { optimizer: state, progress } };
      const { epoch } = progress;
      return { event: 'checkpoint', at, epoch, steps: state.step, save: () => holdCheckpoint(now) };
    };
    const estimate = async function* (batchLimit: number) {
      yield* reestimate(classifier, data, { batchSize, batchLimit, seed, epoch: progress.epoch });
      estimated = true;
    };

    while (!stopped()) {
      const permutation = order.permutation(count);
      if (!isOver(progress)) {
        const { epoch } = progress;
        const started = performance.now();
        const rest = permutation.subarray(progress.step * batchSize);
        for await (const batch of batches(data, { batchSize, order: rest })) {
          const stepStarted = performance.now();
          const share = schedules[schedule](state.step / (epochs * steps));
          const paced = { ...optimizer, learningRate: optimizer.learningRate * share };
          const measure = gradientsEvery !== undefined && state.step % gradientsEvery === 0;
          const result = await takeStep(classifier, all, { optimizer: paced, measure }, state, batch);
          state = result.state;
          estimated = false;
          const step = progress.step + 1;
          if (!Number.isFinite(result.loss))
            throw notFinite('loss', result.loss, { at: `at step ${step} of epoch ${epoch}`, optimizer });
          const pictures = batch.labels.length;
          progress = { ...progress, step, totals: added(progress.totals, result, pictures) };
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
          if (result.layers) yield { event: 'gradients', epoch, step, layers: result.layers };
          if (checkpointEvery && state.step % checkpointEvery === 0) yield checkpoint('step');
          await breathe();
          if (stopped()) break;
        }
        if (progress.step === 0) {
          throw new ResNetError('bad-data', `None of the pictures could be read any more in epoch ${epoch}.`);
        }
        if (stopped()) break;
        const figures = averages(progress.totals);
        yield { event: 'epoch', epoch, ...figures, seconds: (performance.now() - started) / 1000 };
        if (statistics === 'precise' && (validation !== undefined || epoch === epochs))
          yield* estimate(statisticsBatches);
        const judged =
          validation && (yield* validate(classifier, validation, { epoch, batchSize, optimizer, signal }));
        if (validation !== undefined && judged === undefined) break;
        progress = {
          ...progress,
          history: [...progress.history, { ...figures, validation: judged ?? null }],
        };
        yield checkpoint('epoch');
      }
      if (progress.epoch >= epochs || stopped()) break;
      const totals = { loss: 0, correct: 0, pictures: 0 };
      progress = { ...progress, epoch: progress.epoch + 1, step: 0, totals, order: order.state() };
    }
    if (stopped() && state.step > 0) {
      if (!isOver(progress)) yield checkpoint('stop');
      if (statistics === 'precise' && !estimated) yield* estimate(BATCHES_WHEN_STOPPED);
    }
    yield {
      event: 'done',
      completed: progress.history.length === epochs,
      epochs: progress.step > 0 ? progress.epoch : progress.epoch - 1,
      steps: state.step,
      ...averages(progress.totals),
      validation: progress.history.findLast((epoch) => epoch.validation !== null)?.validation ?? null,
    };
  } finally {
    disposeState(state);
  }
}

function added(
  totals: Progress['totals'],
  result: { loss: number; correct: number },
  pictures: number,
): Progress['totals'] {
  return {
    loss: totals.loss + result.loss * pictures,
    correct: totals.correct + result.correct,
    pictures: totals.pictures + pictures,
  };
}

function averages({ loss, correct, pictures }: Progress['totals']) {
  return { loss: loss / pictures, accuracy: correct / pictures };
}

/** Tells of the validation after an epoch, and returns it; nothing where the signal ended it. */
async function* validate(
  classifier: Classifier,
  validation: Dataset,
  options: { epoch: number; batchSize: number; optimizer: Optimizer; signal: AbortSignal | undefined },
): AsyncGenerator<TrainEvent, Judgement | undefined, void> {
  const { epoch, batchSize, optimizer, signal } = options;
  let judged: Judgement | undefined;
  if (signal?.aborted) return judged;
  for await (const event of evaluate(classifier, validation, { batchSize, ...(signal ? { signal } : {}) })) {
    if (event.event === 'progress') {
      const batch = Math.ceil(event.pictures / batchSize);
      yield { event: 'validating', epoch, batch, batches: Math.ceil(event.of / batchSize) };
    } else {
      const { event: _done, ...evaluation } = event;
      const { loss, accuracy, pictures } = evaluation;
      if (!Number.isFinite(loss))
        throw notFinite('validation loss', loss, { at: `after epoch ${epoch}`, optimizer });
      judged = { loss, accuracy, pictures };
      yield { event: 'validation', epoch, ...evaluation };
    }
    await breathe();
  }
  return judged;
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
    if (batch === 0) return; // no picture could be read any more
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
  /** Where they were measured. */
  readonly layers?: readonly LayerGradient[];
}

/** One step. A loss that is not finite is returned with everything as it was. */
async function takeStep(
  classifier: Classifier,
  all: readonly Parameter[],
  { optimizer, measure }: { readonly optimizer: Optimizer; readonly measure: boolean },
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
      const layers = measure ? await gradientNorms(network, pass.gradients.weights) : undefined;
      const statistics = updateStatistics(network, variables.statistics, pass.moments);
      const updated = update(optimizer, all, variables.weights, pass.gradients.weights, state);
      classifier.variables = { weights: updated.weights, statistics };
      disposeVariables(variables);
      disposeState(state);
      return { loss, correct, state: updated.state, ...(layers && { layers }) };
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

function notFinite(
  what: string,
  value: number,
  { at, optimizer: { learningRate } }: { at: string; optimizer: Optimizer },
): ResNetError {
  return new ResNetError(
    'not-finite',
    `The ${what} became ${value} ${at}. Try a smaller learning rate than ${learningRate}.`,
    { loss: value },
  );
}

/** Lets timers, signals and the page have their turn: tensors that are computed at once leave them none. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
