import { type Classifier, disposeVariables } from '@resnetjs/core';
import type { Checkpoint, EpochRecord, TrainingRecord } from '@resnetjs/recipe';
import { checkpointModel, train as trainEvents } from '@resnetjs/training';
import { encodeClassifier } from '@resnetjs/weights';
import { readNewestCheckpoint, writeModelFile } from '@resnetjs/weights/node';
import type { Command } from 'commander';
import { sameRounding } from '@resnetjs/backend';
import { instructionsAs, portableInWords } from '../options/instructions-option.js';
import { startBackend } from '../backends/start-backend.js';
import { writeSampleImage } from '../data/sample-image.js';
import { syntheticSource } from '../data/training-data.js';
import type { TrainCommandOptions } from '../options/command-options.js';
import { StopSignals } from '../process/stop-signals.js';
import { type Done, type Learned, TrainOutput } from '../terminal/train-output.js';
import { refuse } from '../options/refuse.js';
import { choose, defaultOut } from '../training/choose.js';
import { CheckpointWriter } from '../training/checkpoint-writer.js';
import { EpochLog } from '../training/epoch-log.js';
import { readRecipeFile, type UsedRecipe, writeRecipeFile } from '../training/recipe-file.js';
import { openRunFolder, type RunFolder, readNewest, whatIsReplaced } from '../training/run-folder.js';
import { checkPlaces, resumedOptions, settingsOf } from '../training/settings.js';
import {
  makePlan,
  makeResumedPlan,
  newClassifier,
  type TrainPlan,
  trainingOptions,
} from '../training/train-plan.js';
import { tryOut } from './dry-run.js';
import { findRate } from './find-learning-rate.js';

/** Trains a network and writes the model to a folder. Checks everything that it can before the first step. */
export async function train(given: TrainCommandOptions, command: Command): Promise<void> {
  const used = given.recipe === undefined ? null : await readRecipeFile(given.recipe, command);
  const { options: asked } = used ?? { options: given };
  const { out = await defaultOut(asked.data), dryRun, findLearningRate } = asked;
  const options = { ...asked, out };
  if (dryRun) {
    refuse(
      { '--find-learning-rate': findLearningRate },
      "takes steps, which --dry-run doesn't: give one of them",
    );
    return tryOut(await newPlan(options, used));
  }
  await inFolder(out, options, async (folder, stop) => {
    if (findLearningRate) return findRate(await newPlan(options, used));
    const replaces = await whatIsReplaced(out);
    await run({ ...(await newPlan(options, used)), replaces }, folder, stop);
  });
}

/** The plan of a new training, on its backend, by a recipe from a file, the options, or a choice. */
async function newPlan(asked: TrainCommandOptions, used: UsedRecipe | null): Promise<TrainPlan> {
  const choice = used === null && isOpen(asked) ? await choose(asked) : null;
  const { options, recipe } = choice ?? { options: asked, recipe: used?.recipe };
  const plan = await startedPlan(await makePlan(options, recipe));
  return { ...plan, recipeFile: used, choice };
}

/** Whether the options leave open what is trained. */
function isOpen({ network, from }: Pick<TrainCommandOptions, 'network' | 'from'>): boolean {
  return network === undefined && from === undefined;
}

/** Resumes the training in a folder, with its own options and those that the command may change. */
export async function resume(path: string, command: Command): Promise<void> {
  const { recipe, dryRun, findLearningRate } = command.opts<TrainCommandOptions>();
  refuse({ '--recipe': recipe }, "can't be given with --resume: a training resumes by its own recipe");
  const trials = { '--dry-run': dryRun, '--find-learning-rate': findLearningRate };
  refuse(trials, "is for new trainings, and can't be given with --resume");
  await readNewest(path); // fails before a folder is made if there is nothing to resume
  await inFolder(path, command.opts(), async (folder, stop) => {
    const saved = await readNewest(path);
    const { options, recipe } = resumedOptions(command, saved, path);
    checkPlaces(command, options);
    const resumedPlan = await makeResumedPlan(options, { classifier: saved.classifier, recipe });
    const plan = await startedPlan(resumedPlan, options.computedWith ?? portableInWords);
    const resumed = await readNewestCheckpoint(path);
    const { network } = resumed.checkpoint.classifier;
    await run({ ...plan, network, resumed }, folder, stop);
  });
}

/** Runs `work` with the run's folder locked: from before the images are read, which may take minutes. */
async function inFolder(
  path: string,
  { stopOn, ignoreHangup }: Pick<TrainCommandOptions, 'stopOn' | 'ignoreHangup'>,
  work: (folder: RunFolder, stop: StopSignals) => Promise<void>,
): Promise<void> {
  const stop = new StopSignals(null, {
    ...(stopOn && { also: [stopOn] }),
    ...(ignoreHangup && { ignored: ['SIGHUP'] }),
  });
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

/**
 * Starts the backend, and puts the one that auto chose into the options, with what it computes: a training resumes on the same, and
 * with the rounding of `before` if it can.
 */
async function startedPlan(plan: TrainPlan, before?: string): Promise<TrainPlan> {
  const { options } = plan;
  const { instructions = instructionsAs(before), ...device } = options;
  const { choice, details } = await startBackend(options.backend, { ...device, instructions }, 'training');
  const { instructions: now = '' } = details;
  const isOther = before !== undefined && choice === 'wasm' && !sameRounding(before, now);
  return {
    ...plan,
    options: { ...options, backend: choice, ...(now !== '' && { computedWith: now }) },
    otherRounding: isOther ? { before, now } : null,
  };
}

async function run(plan: TrainPlan, folder: RunFolder, stop: StopSignals): Promise<void> {
  const { options, data, broken, resumed } = plan;
  const output = new TrainOutput(plan);
  stop.abortFirst(() => output.stopping());
  const classifier = resumed?.checkpoint.classifier ?? (await newClassifier(plan));
  const log = new EpochLog(folder.path);
  const writer = new CheckpointWriter(folder, {
    settings: settingsOf(options),
    keep: options.keep,
    everyOne: options.checkpointEvery !== undefined,
    replace: plan.replaces === 'training',
    resumed,
    model: (checkpoint) => encodeCheckpointModel(plan, checkpoint),
    first: async () => {
      if (!resumed) await log.resume([]); // not that of a training that is replaced
      await writeRecipeFile(folder.path, plan);
    },
    epoch: ({ progress, optimizer }) => log.add(progress.history, optimizer.step),
  });
  try {
    if (resumed) {
      const { history } = resumed.checkpoint.state.progress;
      await writer.write(() => log.resume(history));
    }
    output.start();
    const { training, validation } = data;
    const images = training.dataset.labels.length + (validation?.dataset.labels.length ?? 0);
    broken.begin(images, (image) => output.lost(image));
    const signal = AbortSignal.any([stop.signal, broken.signal]);
    const done = await follow(plan, { classifier, output, writer, log, signal });
    if (!hasLearned(done)) {
      output.nothing(done);
      process.exitCode = stop.exitCode ?? 1;
      if (broken.failure) throw broken.failure;
      return;
    }
    const bytes = await encodeClassifier(classifier, { training: describeTraining(plan, done) });
    const written = await writer.write(async () => {
      const path = await writeModelFile(options.out, bytes);
      const synthetic = data.training.source === syntheticSource;
      const { shape } = data.training.dataset;
      const sampleImage = synthetic ? await writeSampleImage(options.out, shape) : null;
      return { path, bytes: bytes.length, sampleImage };
    });
    output.done(done, written);
    if (!done.completed) process.exitCode = stop.exitCode ?? 1;
    if (broken.failure) throw broken.failure;
  } finally {
    output.end();
    disposeVariables(classifier.variables);
  }
}

interface Training {
  readonly classifier: Classifier;
  readonly output: TrainOutput;
  readonly writer: CheckpointWriter;
  readonly log: EpochLog;
  readonly signal: AbortSignal;
}

async function follow(plan: TrainPlan, { classifier, output, writer, log, signal }: Training): Promise<Done> {
  const { options, data, resumed } = plan;
  const { checkpointEvery = 1 } = options;
  const settings = {
    ...trainingOptions(plan),
    ...{ signal, checkpointEvery },
    ...(resumed ? { resume: resumed.checkpoint.state } : {}),
  };
  for await (const event of trainEvents(classifier, data.training.dataset, settings)) {
    if (event.event === 'done') return event;
    if (event.event === 'checkpoint') {
      const saved = await writer.take(event);
      if (saved) output.saved(event, saved);
    } else {
      if (event.event === 'epoch') log.epoch(event);
      if (event.event === 'validation') log.validation(event);
      output.event(event);
    }
  }
  throw new Error('The training ended without a result.');
}

function hasLearned(done: Done): done is Learned {
  return done.loss !== null && done.accuracy !== null;
}

/** The model file of a checkpoint at an epoch's end, as if the training had ended there. */
async function encodeCheckpointModel(plan: TrainPlan, checkpoint: Checkpoint): Promise<Uint8Array> {
  const { progress, optimizer } = checkpoint.state;
  const last = progress.history.at(-1) as EpochRecord;
  const training = describeTraining(plan, { ...last, epochs: progress.epoch, steps: optimizer.step });
  const model = checkpointModel(checkpoint);
  try {
    return await encodeClassifier(model, { training });
  } finally {
    disposeVariables(model.variables);
  }
}

function describeTraining(
  { options, recipe, data, start }: TrainPlan,
  done: Pick<Learned, 'epochs' | 'steps' | 'loss' | 'accuracy' | 'validation'>,
): TrainingRecord {
  const { backend, initialization = 'glorot' } = options;
  const { training, validation } = data;
  const describe = ({ source, dataset }: typeof training) => ({ source, images: dataset.labels.length });
  const figures = ({ loss, accuracy }: { loss: number; accuracy: number }) => ({ loss, accuracy });
  return {
    recipe,
    data: describe(training),
    validation: validation && describe(validation),
    initialization,
    ...(start && { from: start.record }),
    backend,
    epochs: done.epochs,
    steps: done.steps,
    final: { training: figures(done), validation: done.validation && figures(done.validation) },
  };
}
