import {
  type Classifier,
  countParameters,
  disposeVariables,
  initialize,
  type Network,
  unitRange,
} from '@resnetjs/core';
import {
  adam,
  type Checkpoint,
  type CheckpointEvent,
  type EpochRecord,
  type Optimizer,
  sgd,
  type TrainEvent,
  train as trainEvents,
} from '@resnetjs/training';
import { encodeClassifier, type TrainingRecord } from '@resnetjs/weights';
import {
  type NewestCheckpoint,
  readNewestCheckpoint,
  type SavedCheckpoint,
  writeModel,
} from '@resnetjs/weights/node';
import type { Command } from 'commander';
import { startBackend } from '../backends.js';
import { asNetworkName, buildNetwork, refuse, usualSize } from '../build-network.js';
import { BrokenPictures, type SkippedPicture } from '../broken-pictures.js';
import { CheckpointWriter } from '../checkpoint-writer.js';
import type { TrainCommandOptions } from '../command-options.js';
import { resnetCommand } from '../resnet-command.js';
import { holdsFinishedRun, openRunFolder, type RunFolder, readSettings } from '../run-folder.js';
import { writeSamplePicture } from '../sample-picture.js';
import { resumedOptions, settingsOf } from '../settings.js';
import { StopSignals } from '../stop-signals.js';
import { argument } from '../terminal/argument.js';
import { count, duration, figure, percent, plural, shown, size } from '../terminal/format.js';
import { Progress } from '../terminal/progress.js';
import { TrainingView } from '../terminal/training-view.js';
import { openTrainingData, syntheticSource, type TrainingData } from '../training-data.js';

type Done = Extract<TrainEvent, { event: 'done' }>;

/** Everything that a training starts from, checked. */
interface Plan {
  readonly options: TrainCommandOptions;
  readonly optimizer: Optimizer;
  readonly data: TrainingData;
  readonly broken: BrokenPictures;
  readonly network: Network;
  /** What it goes on from. */
  readonly resumed: NewestCheckpoint | null;
  /** Whether the folder holds an earlier training, which is over. */
  readonly replace: boolean;
}

/** Trains a network and writes it to a folder. What can be wrong is found before the first step. */
export function train(options: TrainCommandOptions): Promise<void> {
  return inFolder(options.out, async (folder, stop) => {
    const replace = await holdsFinishedRun(options.out);
    const plan = await startedPlan(await makePlan(options));
    await run({ ...plan, replace }, folder, stop);
  });
}

/** Goes on with the training in a folder, as it began and as the command says. */
export async function resume(path: string, command: Command): Promise<void> {
  await readSettings(path); // before anything is made where there is nothing to resume
  await inFolder(path, async (folder, stop) => {
    const options = resumedOptions(command, await readSettings(path), path);
    const plan = await startedPlan(await makePlan(options));
    const resumed = await readNewestCheckpoint(path);
    const { network } = resumed.checkpoint.classifier;
    await run({ ...plan, network, resumed }, folder, stop);
  });
}

/** Has a run's folder to itself meanwhile: before pictures are read, which may take minutes. */
async function inFolder(
  path: string,
  work: (folder: RunFolder, stop: StopSignals) => Promise<void>,
): Promise<void> {
  const stop = new StopSignals();
  try {
    const folder = await openRunFolder(path);
    try {
      await work(folder, stop);
    } finally {
      folder.release();
    }
  } finally {
    stop.end();
  }
}

async function makePlan(options: TrainCommandOptions): Promise<Plan> {
  const name = asNetworkName(options.network);
  const optimizer = makeOptimizer(options);
  buildNetwork(name, options, {}); // refuses options of other networks before anything is read
  const broken = new BrokenPictures(options.onError);
  const data = await readPictures(options, usualSize(name), broken);
  const { shape, classes } = data.training.dataset;
  return {
    options,
    optimizer,
    data,
    broken,
    network: buildNetwork(name, options, { input: shape, classes: classes.length }),
    resumed: null,
    replace: false,
  };
}

/** Starts the backend, and names the one that was chosen: a training goes on with the same. */
async function startedPlan(plan: Plan): Promise<Plan> {
  const { options } = plan;
  const { choice } = await startBackend(options.backend, options);
  return { ...plan, options: { ...options, backend: choice } };
}

function makeOptimizer({ optimizer, learningRate, momentum }: TrainCommandOptions): Optimizer {
  const rate = learningRate === undefined ? {} : { learningRate };
  if (optimizer === 'sgd') return sgd({ ...rate, ...(momentum === undefined ? {} : { momentum }) });
  refuse({ '--momentum': momentum }, 'is for --optimizer sgd; adam has its own');
  return adam(rate);
}

async function readPictures(
  options: TrainCommandOptions,
  usualSize: number,
  broken: BrokenPictures,
): Promise<TrainingData> {
  const view = new Progress(options.json ? process.stderr : process.stdout);
  const progress = (done: number, of: number) =>
    view.update({ label: 'reading pictures', short: 'reading', done, of, figures: [] });
  try {
    return await openTrainingData(options, { usualSize, broken, progress });
  } finally {
    view.end();
  }
}

async function run(plan: Plan, folder: RunFolder, stop: StopSignals): Promise<void> {
  const { options, data, broken, resumed } = plan;
  const output = new TrainOutput(plan);
  stop.abortFirst(() => output.stopping());
  const classifier = resumed?.checkpoint.classifier ?? firstClassifier(plan);
  const writer = new CheckpointWriter(folder, {
    settings: settingsOf(options),
    keep: options.keep,
    everyOne: options.checkpointEvery !== undefined,
    replace: plan.replace,
    resumed,
    model: (checkpoint) => encodeCheckpointModel(plan, checkpoint),
  });
  try {
    output.start();
    const { training, validation } = data;
    const pictures = training.dataset.labels.length + (validation?.dataset.labels.length ?? 0);
    broken.begin(pictures, (picture) => output.lost(picture));
    const signal = AbortSignal.any([stop.signal, broken.signal]);
    const done = await follow(plan, { classifier, output, writer, signal });
    if (done.steps === 0) {
      output.nothing();
      process.exitCode = stop.exitCode ?? 1;
      if (broken.failure) throw broken.failure;
      return;
    }
    const bytes = await encodeClassifier(classifier, { training: describeTraining(plan, done) });
    const written = await writer.write(async () => {
      const path = await writeModel(options.out, bytes);
      const synthetic = data.training.source === syntheticSource;
      const { shape } = data.training.dataset;
      const sample = synthetic ? await writeSamplePicture(options.out, shape) : null;
      return { path, bytes: bytes.length, sample };
    });
    output.done(done, written);
    if (!done.completed) process.exitCode = stop.exitCode ?? 1;
    if (broken.failure) throw broken.failure;
  } finally {
    output.end();
    disposeVariables(classifier.variables);
  }
}

function firstClassifier({ network, options, data }: Plan): Classifier {
  const { classes, shape } = data.training.dataset;
  const variables = initialize(network, { seed: options.seed });
  const { resize, fit } = options;
  return { network, variables, classes, preprocessing: { ...unitRange(shape[2]), resize, fit } };
}

interface Training {
  readonly classifier: Classifier;
  readonly output: TrainOutput;
  readonly writer: CheckpointWriter;
  readonly signal: AbortSignal;
}

async function follow(plan: Plan, { classifier, output, writer, signal }: Training): Promise<Done> {
  const { options, optimizer, data, resumed } = plan;
  const { epochs, batchSize, seed, schedule, statistics, checkpointEvery = 1 } = options;
  const settings = {
    epochs,
    batchSize,
    seed,
    schedule,
    statistics,
    optimizer,
    signal,
    checkpointEvery,
    ...(data.validation ? { validation: data.validation.dataset } : {}),
    ...(resumed ? { resume: resumed.checkpoint.state } : {}),
  };
  for await (const event of trainEvents(classifier, data.training.dataset, settings)) {
    if (event.event === 'done') return event;
    if (event.event === 'checkpoint') {
      const saved = await writer.take(event);
      if (saved) output.saved(event, saved);
    } else output.event(event);
  }
  throw new Error('The training ended without a result.');
}

/** The model at an epoch's end, as it would be had the training ended there. */
async function encodeCheckpointModel(plan: Plan, { classifier, state }: Checkpoint): Promise<Uint8Array> {
  const { epoch: epochs, history } = state.progress;
  const last = history.at(-1) as EpochRecord;
  const training = describeTraining(plan, { ...last, epochs, steps: state.optimizer.step });
  return encodeClassifier(classifier, { training });
}

function describeTraining(
  { options, optimizer, data }: Plan,
  done: Pick<Done, 'epochs' | 'steps' | 'loss' | 'accuracy' | 'validation'>,
): TrainingRecord {
  const { batchSize, seed, backend, schedule, statistics, initializers = 'varied' } = options;
  const { training, validation } = data;
  const describe = ({ source, dataset }: typeof training) => ({ source, pictures: dataset.labels.length });
  const figures = ({ loss, accuracy }: { loss: number; accuracy: number }) => ({ loss, accuracy });
  return {
    data: describe(training),
    validation: validation && describe(validation),
    initializers,
    statistics,
    schedule,
    optimizer,
    batchSize,
    seed,
    backend,
    epochs: { planned: options.epochs, begun: done.epochs },
    steps: done.steps,
    final: { training: figures(done), validation: done.validation && figures(done.validation) },
  };
}

interface Written {
  readonly path: string;
  readonly bytes: number;
  readonly sample: string | null;
}

/** What a training says: lines of JSON on stdout with --json, otherwise a text; then progress goes to stderr. */
class TrainOutput {
  readonly #plan: Plan;
  readonly #progress: Progress;
  readonly #view: TrainingView;
  readonly #started = performance.now();
  #stopping = false;

  constructor(plan: Plan) {
    const { json, epochs } = plan.options;
    this.#plan = plan;
    this.#progress = new Progress(json ? process.stderr : process.stdout);
    this.#view = new TrainingView(this.#progress, {
      epochs,
      withValidation: plan.data.validation !== null,
      stepsBefore: plan.resumed?.steps ?? 0,
    });
  }

  start(): void {
    const { network, data, options, broken, resumed } = this.#plan;
    const { training, validation } = data;
    const parameters = countParameters(network);
    this.#json({
      event: 'start',
      network: network.name,
      parameters,
      classes: training.dataset.classes,
      pictures: training.dataset.labels.length,
      validationPictures: validation?.dataset.labels.length ?? 0,
      epochs: options.epochs,
      skipped: broken.skipped,
      ...(resumed ? { resumed: { step: resumed.steps, path: resumed.path } } : {}),
    });
    const { paint } = this.#progress;
    this.#progress.print(
      `${paint('bold', network.name)}: ${count(parameters.total)} parameters, on ${options.backend}`,
    );
    this.#progress.print(`training    ${training.describe}`);
    if (validation) this.#progress.print(`validation  ${validation.describe}`);
    for (const line of broken.describe()) this.#progress.print(line);
    if (resumed) this.#resuming(resumed);
    this.#progress.print('');
  }

  #resuming({ damaged, path, steps, checkpoint }: NewestCheckpoint): void {
    for (const why of damaged) this.#progress.print(`passed over  ${why}`);
    const { epoch, history } = checkpoint.state.progress;
    const { epochs } = this.#plan.options;
    const from = `after ${plural(steps, 'step')}, in epoch ${epoch} of ${epochs}, from ${path}`;
    const over = `all ${plural(epochs, 'epoch')} are done; --epochs may ask for more`;
    this.#progress.print(`resuming    ${history.length >= epochs ? over : from}`);
  }

  event(event: Exclude<TrainEvent, Done | CheckpointEvent>): void {
    this.#json(event);
    this.#view.show(event);
  }

  saved({ epoch }: CheckpointEvent, { path, steps }: SavedCheckpoint): void {
    this.#json({ event: 'checkpoint', epoch, step: steps, path });
    this.#view.saved(steps);
  }

  /** A picture that was there before the training began can't be read any more. */
  lost({ file, reason }: SkippedPicture): void {
    this.#json({ event: 'skipped', file, reason });
    if (this.#stopping) return; // how many more there are is said at the end
    this.#progress.print(`${shown(reason, 300)} It is left out from now on.`);
    if (this.#plan.broken.failure) this.stopping();
  }

  /** Says once that the training will end, whatever makes it end. */
  stopping(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#progress.print(
      'Stopping after this step, then saving it and writing the model. Once more to quit at once.',
    );
  }

  nothing(): void {
    this.#progress.print('Stopped before the first step: there is no model to write.');
  }

  done(done: Done, written: Written): void {
    const { options, broken } = this.#plan;
    const { loss, accuracy, validation } = done;
    const { skipped } = broken;
    this.#json({
      ...done,
      skipped,
      path: written.path,
      ...(written.sample ? { sample: written.sample } : {}),
    });
    const { paint } = this.#progress;
    const seconds = (performance.now() - this.#started) / 1000;
    const steps = plural(done.steps, 'step');
    const how = done.completed
      ? `Trained for ${plural(done.epochs, 'epoch')} (${steps}) in ${duration(seconds)}`
      : `Stopped in epoch ${done.epochs} of ${options.epochs}, after ${steps} (${duration(seconds)})`;
    const run = argument(options.out);
    const judgedOn = argument(options.validation ?? (written.sample ? syntheticSource : 'PICTURES'));
    const picture = argument(written.sample ?? 'PICTURE.jpg');
    const lines = [
      '',
      `${how}.`,
      `training    loss ${figure(loss)}, accuracy ${percent(accuracy)}`,
      ...(validation
        ? [`validation  loss ${figure(validation.loss)}, accuracy ${percent(validation.accuracy)}`]
        : []),
      ...broken.describe(),
      '',
      `The model is ${paint('bold', written.path)} (${size(written.bytes)}).`,
      ...(written.sample ? [`A picture that it has not seen is ${written.sample}.`] : []),
      '',
      'Next:',
      ...(done.completed ? [] : [`  ${paint('cyan', `${resnetCommand} train --resume ${run}`)}`]),
      `  ${paint('cyan', `${resnetCommand} evaluate ${run} --data ${judgedOn}`)}`,
      `  ${paint('cyan', `${resnetCommand} predict ${run} ${picture}`)}`,
    ];
    for (const line of lines) this.#progress.print(line);
  }

  end(): void {
    this.#progress.end();
  }

  #json(event: object): void {
    if (this.#plan.options.json) process.stdout.write(`${JSON.stringify(event)}\n`);
  }
}
