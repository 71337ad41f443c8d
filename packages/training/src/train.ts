import {
  type Classifier,
  type ParameterId,
  RandomGenerator,
  ResNetError,
  type TensorMap,
} from '@resnetjs/core';
import { batches, type Dataset } from '@resnetjs/data';
import {
  bestEpoch,
  createRecipe,
  learnedWeights,
  learningRateFactor,
  type OptimizerState,
  type ParameterSettings,
  parameterSettings,
  type Recipe,
  type TrainingProgress,
} from '@resnetjs/recipe';
import { breathe } from './breathe.js';
import { checkFinite, checkOptions, fitted } from './checks.js';
import { estimateStatistics } from './estimate-statistics.js';
import { disposeOptimizerState, initialOptimizerState } from './optimizer.js';
import { takeStep } from './take-step.js';
import type { CheckpointEvent, TrainEvent } from './train-events.js';
import type { TrainOptions } from './train-options.js';
import { checkResumed, fingerprint, firstProgress, holdCheckpoint } from './training-state.js';
import { validate } from './validate.js';

/** Batches that a stopped training still spends on precise statistics: few, so that it ends soon. */
const batchesWhenStopped = 8;

/** A training in progress. */
interface Run {
  readonly classifier: Classifier;
  readonly data: Dataset;
  readonly options: TrainOptions;
  readonly recipe: Recipe;
  /** Of every weight. */
  readonly settings: ReadonlyMap<ParameterId, ParameterSettings>;
  /** The weights that are learned. */
  readonly learned: ReadonlySet<ParameterId>;
  /** Shuffles the images. */
  readonly generator: RandomGenerator;
  state: OptimizerState;
  progress: TrainingProgress;
  /** Whether the classifier has precise statistics of the current weights. */
  estimated: boolean;
}

/**
 * Trains a classifier in place: each step replaces `classifier.variables` and disposes of the old ones. The training runs
 * as its events are read; leaving the loop ends it after the current step.
 *
 * Throws `bad-option`, `shape-mismatch` or `bad-data` if options or images don't fit the classifier or the resumed state,
 * `not-finite` at a step or a validation whose loss is NaN or infinite (the variables are then the last good ones), and
 * whatever reading the dataset throws.
 *
 * @example
 * const options = { epochs: 4, batchSize: 16, optimizer: adam(), schedule: 'cosine', validation } as const;
 * for await (const event of train(classifier, images, options)) {
 *   if (event.event === 'validation') console.log(`epoch ${event.epoch}: accuracy ${event.accuracy}`);
 * }
 */
export async function* train(
  classifier: Classifier,
  data: Dataset,
  options: TrainOptions = {},
): AsyncGenerator<TrainEvent, void, void> {
  let run: Run | undefined;
  try {
    run = await begin(classifier, data, options);
    while (!stopped(run)) {
      const order = run.generator.permutation(run.data.labels.length);
      if (!isOver(run.progress)) yield* trainEpoch(run, order);
      if (run.progress.epoch >= run.recipe.epochs || stopped(run)) break;
      run.progress = nextEpoch(run);
    }
    if (stopped(run) && run.state.step > 0) {
      if (!isOver(run.progress)) yield checkpoint(run, 'stop');
      if (run.recipe.statistics === 'precise' && !run.estimated) yield* estimate(run, batchesWhenStopped);
    }
    yield done(run);
  } finally {
    const state = run?.state ?? options.resume?.optimizer;
    if (state !== undefined) disposeOptimizerState(state);
  }
}

/** Checks everything, and sets up the optimizer's state: the resumed one, or zeros. */
async function begin(classifier: Classifier, images: Dataset, options: TrainOptions): Promise<Run> {
  const { validation, signal: _, resume, checkpointEvery, gradientsEvery, ...given } = options;
  const recipe = createRecipe(given);
  checkOptions({
    ...(checkpointEvery !== undefined && { checkpointEvery }),
    ...(gradientsEvery !== undefined && { gradientsEvery }),
  });
  const data = fitted(classifier, images);
  const unseen = validation === undefined ? null : fitted(classifier, validation);
  const start = {
    recipe,
    data: await fingerprint(data),
    validation: unseen && (await fingerprint(unseen)),
  };
  const settings = parameterSettings(classifier.network, recipe.groups);
  const learned = learnedWeights(settings);
  const weights: TensorMap = new Map([...classifier.variables.weights].filter(([id]) => learned.has(id)));
  if (resume) checkResumed(resume, weights, start);
  const progress = resume ? { ...resume.progress, ...start } : firstProgress(start);
  return {
    ...{ classifier, data, options, recipe, progress },
    estimated: resume !== undefined && wasEstimated(resume.progress),
    settings,
    learned,
    generator: RandomGenerator.restore(progress.order),
    state: resume?.optimizer ?? initialOptimizerState(recipe.optimizer, weights),
  };
}

/** Whether a checkpoint's classifier has precise statistics: at the end of an epoch that was validated, or was the last. */
function wasEstimated(progress: TrainingProgress): boolean {
  const { epoch, validation, recipe } = progress;
  return isOver(progress) && (validation !== null || epoch === recipe.epochs);
}

/** The rest of an epoch, with its validation and its checkpoint; the signal may end it before either. */
async function* trainEpoch(run: Run, order: Uint32Array): AsyncGenerator<TrainEvent, void, void> {
  const { classifier, recipe } = run;
  const { validation, signal } = run.options;
  const { epochs, batchSize, optimizer, statistics, statisticsBatches } = recipe;
  const { epoch, position } = run.progress;
  const started = performance.now();
  yield* takeSteps(run, order.subarray(position), position);
  if (run.progress.step === 0) {
    throw new ResNetError('bad-data', `None of the images can be read any more, in epoch ${epoch}.`);
  }
  if (stopped(run)) return;
  run.progress = { ...run.progress, position: order.length };
  const figures = averages(run.progress.totals);
  const learningRate = learningRateAt(run, run.state.step - 1);
  yield { event: 'epoch', epoch, ...figures, learningRate, seconds: (performance.now() - started) / 1000 };
  if (statistics === 'precise' && (validation !== undefined || epoch === epochs))
    yield* estimate(run, statisticsBatches);
  const { history } = run.progress;
  const evaluated =
    validation && (yield* validate(classifier, validation, { epoch, batchSize, optimizer, signal, history }));
  if (validation !== undefined && evaluated === undefined) return;
  const record = { ...figures, validation: evaluated ?? null };
  run.progress = { ...run.progress, history: [...history, record] };
  yield checkpoint(run, 'epoch');
}

/** An epoch's steps over the rest of its images, from a position on, until the signal. */
async function* takeSteps(run: Run, rest: Uint32Array, from: number): AsyncGenerator<TrainEvent, void, void> {
  const { data, recipe } = run;
  const { checkpointEvery, gradientsEvery } = run.options;
  const { batchSize, optimizer } = recipe;
  const { epoch } = run.progress;
  const stepsPerEpoch = Math.ceil(data.labels.length / batchSize);
  for await (const batch of batches(data, { batchSize, order: rest })) {
    const started = performance.now();
    const learningRate = learningRateAt(run, run.state.step);
    const scheduled = { ...optimizer, learningRate };
    const measure = gradientsEvery !== undefined && run.state.step % gradientsEvery === 0;
    const { loss, correct, state, layers } = await takeStep({ ...run, seed: recipe.seed }, batch, {
      optimizer: scheduled,
      measure,
    });
    run.state = state;
    run.estimated = false;
    const step = run.progress.step + 1;
    checkFinite(loss, { what: 'loss', at: `at step ${step} of epoch ${epoch}`, optimizer });
    const images = batch.labels.length;
    const totals = added(run.progress.totals, { loss, correct, images });
    run.progress = { ...run.progress, step, position: from + batch.end, totals };
    const imagesPerSecond = images / ((performance.now() - started) / 1000);
    const accuracy = correct / images;
    const mean = averages(totals);
    yield {
      ...{ event: 'step', epoch, step, stepsPerEpoch, loss, accuracy },
      ...{ meanLoss: mean.loss, meanAccuracy: mean.accuracy, learningRate, imagesPerSecond },
    };
    if (layers) yield { event: 'gradients', epoch, step, layers };
    if (checkpointEvery && state.step % checkpointEvery === 0) yield checkpoint(run, 'step');
    await breathe();
    if (stopped(run)) return;
  }
}

/** The learning rate of a step, counted from 0 over all epochs. */
function learningRateAt({ recipe, data, progress }: Run, step: number): number {
  const stepsPerEpoch = Math.ceil(data.labels.length / recipe.batchSize);
  return (
    recipe.optimizer.learningRate *
    learningRateFactor(recipe, { step, stepsPerEpoch, history: progress.history })
  );
}

async function* estimate(run: Run, batchLimit: number): AsyncGenerator<TrainEvent, void, void> {
  const { batchSize, seed } = run.recipe;
  const { epoch } = run.progress;
  const { classifier, data, learned } = run;
  yield* estimateStatistics(classifier, data, { batchSize, batchLimit, seed, epoch, learned });
  run.estimated = true;
}

function checkpoint({ classifier, state, progress }: Run, at: CheckpointEvent['at']): CheckpointEvent {
  const now = { classifier: { ...classifier }, state: { optimizer: state, progress } };
  return {
    ...{ event: 'checkpoint', at, epoch: progress.epoch, steps: state.step },
    capture: () => holdCheckpoint(now),
  };
}

function done({ progress, recipe, state }: Run): TrainEvent {
  const { epoch, step, history, totals } = progress;
  const isValidated = isOver(progress) || step === 0;
  return {
    event: 'done',
    completed: history.length === recipe.epochs,
    epochs: step > 0 ? epoch : epoch - 1,
    steps: state.step,
    ...(totals.images > 0 ? averages(totals) : { loss: null, accuracy: null }),
    validation: isValidated ? (history.at(-1)?.validation ?? null) : null,
    best: bestEpoch(history),
  };
}

function stopped({ options }: Run): boolean {
  return options.signal?.aborted === true;
}

function isOver({ history, epoch }: TrainingProgress): boolean {
  return history.length === epoch;
}

function nextEpoch({ progress, generator }: Run): TrainingProgress {
  const totals = { loss: 0, correct: 0, images: 0 };
  return { ...progress, epoch: progress.epoch + 1, step: 0, position: 0, totals, order: generator.state() };
}

/** A step's loss is a mean over its images. */
function added(
  totals: TrainingProgress['totals'],
  step: TrainingProgress['totals'],
): TrainingProgress['totals'] {
  return {
    loss: totals.loss + step.loss * step.images,
    correct: totals.correct + step.correct,
    images: totals.images + step.images,
  };
}

function averages({ loss, correct, images }: TrainingProgress['totals']) {
  return { loss: loss / images, accuracy: correct / images };
}
