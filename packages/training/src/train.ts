import {
  type Classifier,
  disposeTensors,
  type ParameterId,
  RandomGenerator,
  ResNetError,
  type TensorMap,
} from '@resnetjs/core';
import type { Dataset } from '@resnetjs/data';
import {
  bestEpoch,
  createRecipe,
  learnedWeights,
  learningRateFactor,
  type OptimizerState,
  outOfPatience,
  type ParameterSettings,
  parameterSettings,
  type Recipe,
  type TrainingProgress,
} from '@resnetjs/recipe';
import { modelWeights } from './averaging.js';
import { breathe } from './breathe.js';
import { checkFinite, checkOptions, fitted } from './checks.js';
import { epochOrder } from './epoch-order.js';
import { markStart, startOf } from './epoch-start.js';
import { estimateStatistics } from './estimate-statistics.js';
import { FrozenBody } from './frozen-body.js';
import { frozenFeatures } from './frozen-features.js';
import { imageInputs, type Inputs } from './network-inputs.js';
import { disposeOptimizerState, initialState, keptSlots } from './optimizer.js';
import { stepBatches } from './step-batches.js';
import { type StepBatch, StepSum } from './step-sum.js';
import { takeStep } from './take-step.js';
import { shared, sharedMap } from './shared.js';
import { resolveClassWeights } from './targets.js';
import type { CheckpointEvent, TrainEvent, UnaveragedFigures } from './train-events.js';
import type { TrainOptions } from './train-options.js';
import { checkResumed, fingerprint, firstProgress, holdCheckpoint } from './training-state.js';
import { validate } from './validate.js';

/** Batches that a stopped training still spends on precise statistics: few, so that it ends soon. */
const batchesWhenStopped = 8;
/** What frozen layers' features may take unless `featureBytes` says otherwise: 1 GiB. */
export const defaultFeatureBytes = 2 ** 30;
/** Each halves the learning rate; a training that needs more is hopeless. */
const maxRollbacks = 5;

/** A training in progress. */
interface Run {
  readonly classifier: Classifier;
  /** The training images. */
  inputs: Inputs;
  validation: Inputs | null;
  /** The part of the network that computes the same of an image each time; null if there is none. */
  readonly body: FrozenBody | null;
  readonly options: TrainOptions;
  readonly recipe: Recipe;
  /** Of every weight. */
  readonly settings: ReadonlyMap<ParameterId, ParameterSettings>;
  /** The weights that are learned. */
  readonly learned: ReadonlySet<ParameterId>;
  /** The factor of each class on its images' losses; null for 1. */
  readonly classWeights: readonly number[] | null;
  readonly stepsPerEpoch: number;
  /** Shuffles the images. */
  generator: RandomGenerator;
  state: OptimizerState;
  progress: TrainingProgress;
  /** The statistics at the start of the epoch, for a training that may roll back. */
  startStatistics: TensorMap | null;
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
    yield* keepFeatures(run);
    while (!stopped(run)) {
      const order = nextOrder(run);
      if (!isOver(run.progress) && !(yield* triedEpoch(run, order))) continue;
      if (isFinished(run) || stopped(run)) break;
      run.progress = nextEpoch(run);
    }
    if (stopped(run) && run.state.step > 0) {
      if (!isOver(run.progress)) yield checkpoint(run, 'stop');
      if (run.recipe.statistics === 'precise' && !run.estimated) yield* estimate(run, batchesWhenStopped);
    }
    finishAveraging(run);
    yield done(run);
  } finally {
    run?.body?.dispose();
    disposeTensors(run?.startStatistics ?? new Map());
    const state = run?.state ?? options.resume?.optimizer;
    if (state !== undefined) disposeOptimizerState(state);
  }
}

/** Checks everything, and sets up the optimizer's state: the resumed one, or zeros. */
async function begin(classifier: Classifier, images: Dataset, options: TrainOptions): Promise<Run> {
  const {
    validation,
    signal: _,
    resume,
    checkpointEvery,
    gradientsEvery,
    augmentImages: _run,
    featureBytes,
    ...given
  } = options;
  const recipe = createRecipe(given);
  checkOptions({
    ...(checkpointEvery !== undefined && { checkpointEvery }),
    ...(gradientsEvery !== undefined && { gradientsEvery }),
    ...(featureBytes !== undefined && { featureBytes }),
  });
  const data = fitted(classifier, images);
  const unseen = validation === undefined ? null : fitted(classifier, validation);
  const start = {
    recipe,
    data: await fingerprint(data),
    validation: unseen && (await fingerprint(unseen)),
  };
  if (recipe.patience !== undefined && unseen === null) {
    throw new ResNetError('bad-option', 'Patience waits for a better validation: give validation images.');
  }
  const settings = parameterSettings(classifier.network, recipe.groups);
  const learned = learnedWeights(settings);
  const classWeights = resolveClassWeights(recipe, data.labels, classifier.classes);
  const weights: TensorMap = new Map([...classifier.variables.weights].filter(([id]) => learned.has(id)));
  if (resume) checkResumed(resume, weights, start);
  const progress = resume ? { ...resume.progress, ...start } : firstProgress(start);
  const body = FrozenBody.of(classifier, learned);
  const inputsOf = (images: Dataset) => body?.inputs(images) ?? imageInputs(classifier, images);
  return {
    ...{ classifier, options, recipe, progress, body, settings, learned, classWeights },
    inputs: inputsOf(data),
    validation: unseen && inputsOf(unseen),
    estimated: resume !== undefined && wasEstimated(resume.progress),
    startStatistics: null,
    stepsPerEpoch: Math.ceil(data.labels.length / (recipe.batchSize * (recipe.accumulate ?? 1))),
    generator: RandomGenerator.restore(progress.order),
    state: resume?.optimizer ?? initialState(recipe, weights),
  };
}

/** Computes what the frozen part of the network gives once, where that is possible, and there are steps to take. */
async function* keepFeatures(run: Run): AsyncGenerator<TrainEvent, void, void> {
  const { body, recipe, options, progress, validation } = run;
  if (body === null || (isOver(progress) && isFinished(run))) return;
  const { featureBytes = defaultFeatureBytes, signal } = options;
  const common = { batchSize: recipe.batchSize, epoch: progress.epoch, signal };
  const random = (recipe.augment ?? []).length > 0 || recipe.mixing !== undefined;
  const training = { ...common, of: 'training', random, limit: featureBytes } as const;
  run.inputs = yield* frozenFeatures(body, run.inputs.data, training);
  if (validation === null) return;
  const limit = featureBytes - run.inputs.bytes;
  const unseen = { ...common, of: 'validation', random: false, limit } as const;
  run.validation = yield* frozenFeatures(body, validation.data, unseen);
}

/** The images of the current epoch in their order. */
function nextOrder({ recipe, inputs, progress, generator }: Run): Uint32Array {
  return epochOrder(recipe, inputs.data.labels, { epoch: progress.epoch, generator });
}

/** An epoch; false if its loss wasn't finite, and the training is back at its start, to try it with a lower learning rate. */
async function* triedEpoch(run: Run, order: Uint32Array): AsyncGenerator<TrainEvent, boolean, void> {
  if (run.recipe.onNonFinite !== 'rollback') {
    yield* trainEpoch(run, order);
    return true;
  }
  const { weights, statistics } = run.classifier.variables;
  if (run.progress.position === 0) run.state = markStart(run.state, weights, keptSlots(run.recipe));
  disposeTensors(run.startStatistics ?? new Map());
  run.startStatistics = sharedMap(statistics);
  try {
    yield* trainEpoch(run, order);
    return true;
  } catch (error) {
    const { rollbacks = 0 } = run.progress;
    if (!(error instanceof ResNetError && error.code === 'not-finite') || rollbacks >= maxRollbacks)
      throw error;
    const { epoch, step } = run.progress;
    rollBack(run);
    yield { event: 'rollback', epoch, step: step + 1, learningRate: learningRateAt(run, run.state.step) };
    return false;
  }
}

/** Puts back the weights, the slots and the progress that there were when the epoch began. */
function rollBack(run: Run): void {
  const { classifier, state, progress, recipe } = run;
  const { weights, statistics } = classifier.variables;
  const start = startOf(state, progress.step, keptSlots(recipe));
  const before = [...weights].map(([id, tensor]) => [id, start.weights.get(id) ?? shared(tensor)] as const);
  classifier.variables = {
    weights: new Map(before),
    statistics: sharedMap(run.startStatistics ?? statistics),
  };
  disposeTensors(weights);
  disposeTensors(statistics);
  disposeOptimizerState(state);
  run.state = start.state;
  run.estimated = false;
  run.progress = { ...beginning(progress), rollbacks: (progress.rollbacks ?? 0) + 1 };
  run.generator = RandomGenerator.restore(progress.order);
}

/** Whether a checkpoint's classifier has precise statistics: at the end of an epoch that was validated, or was the last. */
function wasEstimated(progress: TrainingProgress): boolean {
  const { epoch, validation, recipe } = progress;
  return isOver(progress) && (validation !== null || epoch === recipe.epochs);
}

/** The rest of an epoch, with its validation and its checkpoint; the signal may end it before either. */
async function* trainEpoch(run: Run, order: Uint32Array): AsyncGenerator<TrainEvent, void, void> {
  const { recipe } = run;
  const { validation } = run;
  const { signal } = run.options;
  const { epochs, statistics, statisticsBatches } = recipe;
  const { epoch, position } = run.progress;
  const started = performance.now();
  yield* takeSteps(run, order, position);
  if (run.progress.step === 0) {
    throw new ResNetError('bad-data', `None of the images can be read any more, in epoch ${epoch}.`);
  }
  if (stopped(run)) return;
  if (recipe.onNonFinite === 'rollback' && validation === null) await checkLastStep(run, order);
  run.progress = { ...run.progress, position: order.length };
  const figures = averages(run.progress.totals);
  const learningRate = learningRateAt(run, run.state.step - 1);
  yield { event: 'epoch', epoch, ...figures, learningRate, seconds: (performance.now() - started) / 1000 };
  const { history } = run.progress;
  const options = { epoch, recipe, signal, history };
  const unaveraged =
    validation !== null && recipe.averaging !== undefined
      ? yield* validatedUnaveraged(run, validation, options)
      : undefined;
  if (statistics === 'precise' && (validation !== null || epoch === epochs))
    yield* estimate(run, statisticsBatches);
  const evaluated =
    validation && (yield* validated(run, validation, { ...options, ...(unaveraged && { unaveraged }) }));
  if (validation !== null && evaluated === undefined) return;
  const record = { ...figures, validation: evaluated ?? null };
  run.progress = { ...run.progress, history: [...history, record] };
  yield checkpoint(run, 'epoch');
}

/** An epoch's steps over the rest of its images, from a position on, until the signal. */
async function* takeSteps(
  run: Run,
  order: Uint32Array,
  from: number,
): AsyncGenerator<TrainEvent, void, void> {
  const { inputs, recipe, stepsPerEpoch } = run;
  const { checkpointEvery, gradientsEvery, augmentImages } = run.options;
  const { epoch } = run.progress;
  const { step: before } = run.state;
  const steps = stepBatches(inputs.data, {
    recipe,
    epoch,
    step: before,
    order,
    from,
    ...(augmentImages && { augmentImages }),
  });
  for await (const { batches, end } of steps) {
    const started = performance.now();
    const learningRate = learningRateAt(run, run.state.step);
    const measure = gradientsEvery !== undefined && run.state.step % gradientsEvery === 0;
    const { loss, correct, state, layers } = await takeStep(run, batches, { learningRate, measure });
    run.state = state;
    run.estimated = false;
    const step = run.progress.step + 1;
    checkFinite(loss, { what: 'loss', at: `at step ${step} of epoch ${epoch}`, recipe });
    const images = batches.reduce((sum, { labels }) => sum + labels.length, 0);
    const totals = added(run.progress.totals, { loss, correct, images });
    run.progress = { ...run.progress, step, position: end, totals };
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

/**
 * Throws `not-finite` if an epoch's last step left weights with which a loss isn't finite: a step's loss is computed before its
 * update, so that the next epoch would begin with them. A validation finds them, too.
 */
async function checkLastStep(run: Run, order: Uint32Array): Promise<void> {
  const { inputs, recipe, progress, state } = run;
  const { epoch } = progress;
  for await (const { batches } of stepBatches(inputs.data, { recipe, epoch, step: state.step, order })) {
    const sum = new StepSum(run);
    try {
      await sum.add(batches[0] as StepBatch, 1, RandomGenerator.stateless(recipe.seed));
      return checkFinite(sum.loss, { what: 'loss', at: `after epoch ${epoch}`, recipe });
    } finally {
      sum.dispose();
    }
  }
}

/** The learning rate of a step, counted from 0 over all epochs; each rollback has halved it. */
function learningRateAt({ recipe, stepsPerEpoch, progress }: Run, step: number): number {
  const { history, rollbacks = 0 } = progress;
  const factor = learningRateFactor(recipe, { step, stepsPerEpoch, history });
  return recipe.optimizer.learningRate * factor * 0.5 ** rollbacks;
}

async function* estimate(run: Run, batchLimit: number): AsyncGenerator<TrainEvent, void, void> {
  yield* withModel(run, (model) => estimateOf(run, model, batchLimit));
  run.estimated = true;
}

function estimateOf({ recipe, progress, inputs, learned }: Run, model: Classifier, batchLimit: number) {
  const { batchSize, seed } = recipe;
  const { epoch } = progress;
  return estimateStatistics(model, inputs, { batchSize, batchLimit, seed, epoch, learned });
}

function validated(run: Run, inputs: Inputs, options: Parameters<typeof validate>[2]) {
  return withModel(run, (model) => validate(model, inputs, options));
}

/** What the weights have in a validation that aren't averaged, with statistics of their own; undefined if the signal stopped it. */
async function* validatedUnaveraged(
  run: Run,
  inputs: Inputs,
  options: Parameters<typeof validate>[2],
): AsyncGenerator<TrainEvent, UnaveragedFigures | undefined, void> {
  const { weights, statistics } = run.classifier.variables;
  const model = { ...run.classifier, variables: { weights, statistics: sharedMap(statistics) } };
  try {
    yield* estimateOf(run, model, run.recipe.statisticsBatches);
    for await (const event of validate(model, inputs, options)) {
      if (event.event === 'validation') return { loss: event.loss, accuracy: event.accuracy };
      yield event;
    }
    return undefined;
  } finally {
    disposeTensors(model.variables.statistics);
  }
}

/**
 * Runs `work` on the model that the training would end with: the classifier, or one with the averaged weights, whose
 * statistics then become the classifier's.
 */
async function* withModel<Result>(
  { classifier, state, recipe }: Run,
  work: (model: Classifier) => AsyncGenerator<TrainEvent, Result, void>,
): AsyncGenerator<TrainEvent, Result, void> {
  if (recipe.averaging === undefined) return yield* work(classifier);
  const { weights, statistics } = classifier.variables;
  const model = { ...classifier, variables: { weights: modelWeights(weights, state), statistics } };
  try {
    return yield* work(model);
  } finally {
    disposeTensors(model.variables.weights);
    classifier.variables = { weights, statistics: model.variables.statistics };
  }
}

/** Leaves the averaged weights in the classifier, if the recipe keeps them. */
function finishAveraging({ classifier, state, recipe }: Run): void {
  if (recipe.averaging === undefined) return;
  const { weights, statistics } = classifier.variables;
  classifier.variables = { weights: modelWeights(weights, state), statistics };
  disposeTensors(weights);
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
    completed: history.length === recipe.epochs || outOfPatience(recipe, history),
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

/** Whether all epochs are over, or patience has run out. */
function isFinished({ progress, recipe }: Run): boolean {
  return progress.epoch >= recipe.epochs || outOfPatience(recipe, progress.history);
}

function nextEpoch({ progress, generator }: Run): TrainingProgress {
  return { ...beginning(progress), epoch: progress.epoch + 1, order: generator.state() };
}

/** The progress at the start of its epoch. */
function beginning(progress: TrainingProgress): TrainingProgress {
  return { ...progress, step: 0, position: 0, totals: { loss: 0, correct: 0, images: 0 } };
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
