import { join } from 'node:path';
import { countParameters, parameters } from '@resnetjs/core';
import { learnedWeights, outOfPatience, parameterSettings } from '@resnetjs/recipe';
import type { CheckpointEvent, TrainEvent } from '@resnetjs/training';
import type { NewestCheckpoint, SavedCheckpoint } from '@resnetjs/weights/node';
import type { SkippedImage } from '../data/broken-images.js';
import { syntheticSource } from '../data/training-data.js';
import type { Output } from '../json/outputs.js';
import { printJson } from '../json/print-json.js';
import { bestModelPath } from '../networks/load-model.js';
import { resnetCommand } from '../process/command-name.js';
import type { TrainPlan } from '../training/train-plan.js';
import { leftOutLines, duplicateLines } from './data-notes.js';
import { count, duration, figure, percent, plural, shown, size } from './format.js';
import { Progress } from './progress.js';
import { shellArgument } from './shell-argument.js';
import { TrainingView } from './training-view.js';
import { wrapped } from './wrapped.js';

export type Done = Extract<TrainEvent, { event: 'done' }>;
/** The end of a training that took at least one step. */
export type Learned = Done & { readonly loss: number; readonly accuracy: number };

const replacedWords = {
  training: 'a finished training',
  model: 'a model without checkpoints',
} as const satisfies Record<Exclude<TrainPlan['replaces'], null>, string>;

/** `runs/a/recipe.json, changed by --epochs, --seed` */
function recipeWords({ file, changed }: NonNullable<TrainPlan['recipeFile']>): string {
  const by = changed.length === 0 ? '' : `, changed by ${changed.join(', ')}`;
  return `${shown(file, 200)}${by}`;
}

/** Labels stand before it. */
const indent = ' '.repeat(12);

const figuresOf = ({ loss, accuracy }: { readonly loss: number; readonly accuracy: number }) =>
  `loss ${figure(loss)}, accuracy ${percent(accuracy)}`;

/** Whether the epoch with the best validation is another than the model's. */
const isOtherBest = ({ best, validation, epochs }: Done) =>
  best !== null && (validation === null || best.epoch !== epochs);

interface Written {
  readonly path: string;
  readonly bytes: number;
  readonly sampleImage: string | null;
}

/** The output of a training: text on stdout; or, with --json, lines of JSON on stdout and the text on stderr. */
export class TrainOutput {
  readonly #plan: TrainPlan;
  readonly #progress: Progress;
  readonly #view: TrainingView;
  readonly #started = performance.now();
  #stopping = false;

  constructor(plan: TrainPlan) {
    const { json } = plan.options;
    this.#plan = plan;
    this.#progress = new Progress(json ? process.stderr : process.stdout);
    this.#view = new TrainingView(this.#progress, {
      epochs: plan.recipe.epochs,
      withValidation: plan.data.validation !== null,
      stepsBefore: plan.resumed?.steps ?? 0,
    });
  }

  start(): void {
    const { network, classes, data, options, broken, resumed, replaces, start, recipeFile, choice } =
      this.#plan;
    const { otherRounding } = this.#plan;
    const { training, validation } = data;
    const parameters = countParameters(network);
    this.#json({
      event: 'start',
      network: network.name,
      parameters,
      backend: options.backend,
      classes,
      images: training.dataset.labels.length,
      validationImages: validation?.dataset.labels.length ?? 0,
      epochs: this.#plan.recipe.epochs,
      skipped: broken.skipped,
      leftOut: data.leftOut,
      split: data.split,
      duplicates: data.twins,
      replaces,
      ...(start ? { from: { ...start.record, newHead: start.isNewHead } } : {}),
      ...(data.cache ? { cache: data.cache } : {}),
      ...(choice ? { chosen: choice.reasons } : {}),
      ...(recipeFile ? { recipe: { file: recipeFile.file, changed: recipeFile.changed } } : {}),
      ...(resumed ? { resumed: { steps: resumed.steps, path: resumed.path } } : {}),
      ...(otherRounding ? { otherRounding } : {}),
    });
    const { paint } = this.#progress;
    this.#progress.print(
      `${paint('bold', network.name)}: ${count(parameters.total)} parameters, on ${options.backend}`,
    );
    if (start?.words) this.#progress.print(`from        ${shown(start.words, 400)}`);
    if (recipeFile) this.#progress.print(`recipe      ${recipeWords(recipeFile)}`);
    this.#progress.print(`training    ${training.describe}`);
    if (validation) this.#progress.print(`validation  ${validation.describe}`);
    for (const line of [...this.#dataNotes(), ...this.#frozen()]) this.#progress.print(line);
    for (const line of this.#chosen()) this.#progress.print(line);
    if (resumed) this.#resuming(resumed);
    if (otherRounding) {
      const words = `it began with ${otherRounding.before}, and goes on with ${otherRounding.now}: its results differ in the last bits from those of a training without a pause`;
      this.#progress.print(this.#labelled('rounding', words));
    }
    if (replaces)
      this.#progress.print(`replacing   what ${shown(options.out, 200)} holds: ${replacedWords[replaces]}`);
    this.#progress.print('');
  }

  /** How many images stay in memory, if not all do, or if that was asked for. */
  #cache(): string[] {
    const { data, options } = this.#plan;
    if (data.cache === null) return [];
    const { images, kept, bytesForAll } = data.cache;
    if (kept < images) {
      const enough = `${Math.ceil(bytesForAll / 1e6)}MB`;
      const words = `${count(kept)} of ${count(images)} images stay in memory; the others are read in each epoch.`;
      return [this.#labelled('cache', `${words} --cache ${enough} keeps all`)];
    }
    return options.cache === undefined
      ? []
      : [`cache       all images stay in memory (${size(bytesForAll)})`];
  }

  /** A text after its label, in as many lines as a terminal needs. */
  #labelled(label: string, text: string): string {
    const columns = this.#progress.live ? this.#progress.width : Number.POSITIVE_INFINITY;
    return label.padEnd(indent.length) + wrapped(text, { columns, indent: indent.length }).trimStart();
  }

  /** What was chosen and why, and how to start from trained weights, which nobody asked to download. */
  #chosen(): string[] {
    const { choice } = this.#plan;
    if (choice === null) return [];
    const { command, bytes } = choice.fromTrained;
    const download = bytes === null ? '' : ` (downloads ${size(bytes)})`;
    return [
      ...choice.reasons.map(({ what, why }, index) =>
        this.#labelled(index === 0 ? 'chosen' : '', `${what}: ${why}`),
      ),
      this.#labelled('or', `from trained weights${download}:`),
      `${indent}${command}`, // in one line, to be copied
    ];
  }

  /** What is used for what, what is left out, and what is there twice. */
  #dataNotes(): string[] {
    const { data, broken, options } = this.#plan;
    const unused = (data.split?.unused ?? []).map(
      (name) => `not used    ${shown(join(options.data, name), 200)}: evaluate the model on it`,
    );
    return [
      ...unused,
      ...this.#cache(),
      ...leftOutLines(data.leftOut),
      ...broken.describe(),
      ...duplicateLines(data.twins),
    ];
  }

  /** How much of the network learns, if it isn't all. */
  #frozen(): string[] {
    const { network, recipe } = this.#plan;
    const learned = learnedWeights(parameterSettings(network, recipe.groups));
    const weights = parameters(network).filter(({ trainable }) => trainable);
    if (learned.size === weights.length) return [];
    const size = (some: typeof weights) =>
      some.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
    const learning = size(weights.filter(({ id }) => learned.has(id)));
    return [`learning    ${count(learning)} of ${count(size(weights))} weights; the others are frozen`];
  }

  #resuming({ problems, path, steps, checkpoint }: NewestCheckpoint): void {
    for (const why of problems) this.#progress.print(`skipped     ${why}`);
    const { epoch, history } = checkpoint.state.progress;
    const { recipe } = this.#plan;
    const { epochs } = recipe;
    const from = `after ${plural(steps, 'step')}, in epoch ${epoch} of ${epochs}, from ${path}`;
    const all = epochs === 1 ? 'its epoch is' : `all ${count(epochs)} epochs are`;
    const over = `${all} done; give a higher --epochs to train further`;
    const stopped = `it is over: ${plural(recipe.patience ?? 0, 'epoch')} brought no better validation`;
    const isOver = history.length >= epochs;
    this.#progress.print(`resuming    ${isOver ? over : outOfPatience(recipe, history) ? stopped : from}`);
  }

  event(event: Exclude<TrainEvent, Done | CheckpointEvent>): void {
    if (event.event !== 'gradients') this.#json(event);
    this.#view.show(event);
  }

  saved({ epoch }: CheckpointEvent, { path, steps }: SavedCheckpoint): void {
    this.#json({ event: 'checkpoint', epoch, steps, path });
    this.#view.saved(steps);
  }

  /** An image that could be read before the training began can't be read any more. */
  lost({ file, reason }: SkippedImage): void {
    this.#json({ event: 'skipped', file, reason });
    if (this.#stopping) return; // the summary at the end counts them
    this.#progress.print(`${shown(reason, 300)} It is skipped from now on.`);
    if (this.#plan.broken.failure) this.stopping();
  }

  /** Announces once that the training will stop, for whatever reason. */
  stopping(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    const statistics =
      this.#plan.recipe.statistics === 'precise' ? ', computing batch-normalization statistics' : '';
    this.#progress.print(
      `Stopping: finishing this step, saving a checkpoint${statistics} and writing the model. Ctrl-C again quits at once.`,
    );
  }

  nothing(done: Done): void {
    this.#json({ ...done, skipped: this.#plan.broken.skipped, path: null });
    this.#progress.print('Stopped before the first step, so there is no model to write.');
  }

  done(done: Learned, written: Written): void {
    const { options, broken } = this.#plan;
    const { loss, accuracy } = done;
    const { skipped } = broken;
    this.#json({
      ...done,
      skipped,
      path: written.path,
      ...(written.sampleImage ? { sampleImage: written.sampleImage } : {}),
    });
    const { paint } = this.#progress;
    const seconds = (performance.now() - this.#started) / 1000;
    const steps = plural(done.steps, 'step');
    const { recipe } = this.#plan;
    const early =
      done.epochs < recipe.epochs ? `, the last ${recipe.patience} without a better validation` : '';
    const how = done.completed
      ? `Trained for ${plural(done.epochs, 'epoch')} (${steps}) in ${duration(seconds)}${early}`
      : `Stopped in epoch ${done.epochs} of ${this.#plan.recipe.epochs}, after ${steps} (${duration(seconds)})`;
    const run = shellArgument(options.out);
    const held = this.#plan.data.split?.validation ? options.data : 'IMAGES';
    const evaluatedOn = shellArgument(options.validation ?? (written.sampleImage ? syntheticSource : held));
    const image = shellArgument(written.sampleImage ?? 'IMAGE.jpg');
    const lines = [
      '',
      `${how}.`,
      `training    ${figuresOf({ loss, accuracy })}`,
      ...this.#validation(done),
      ...broken.describe(),
      '',
      `The model is ${paint('bold', written.path)} (${size(written.bytes)}).`,
      ...(written.sampleImage ? [`${written.sampleImage} is an image it has not seen.`] : []),
      '',
      'Next:',
      ...(done.completed ? [] : [`  ${paint('cyan', `${resnetCommand} train --resume ${run}`)}`]),
      `  ${paint('cyan', `${resnetCommand} evaluate ${run} --data ${evaluatedOn}`)}`,
      ...(isOtherBest(done)
        ? [`  ${paint('cyan', `${resnetCommand} evaluate ${run} --best --data ${evaluatedOn}`)}`]
        : []),
      `  ${paint('cyan', `${resnetCommand} predict ${run} ${image}`)}`,
    ];
    for (const line of lines) this.#progress.print(line);
  }

  /** The model's own validation, and the best epoch's if that is another. */
  #validation(done: Learned): string[] {
    const { data, options } = this.#plan;
    if (data.validation === null) return [];
    const { validation, best } = done;
    const first = done.completed ? ', the best of all epochs' : ', the best so far';
    const own =
      validation === null
        ? `none: the training stopped before that of epoch ${done.epochs}`
        : `${figuresOf(validation)}${isOtherBest(done) ? '' : first}`;
    return [
      `validation  ${own}`,
      ...(best && isOtherBest(done)
        ? [`best        epoch ${best.epoch}: ${figuresOf(best)}, in ${bestModelPath(options.out)}`]
        : []),
    ];
  }

  end(): void {
    this.#progress.end();
  }

  #json(event: Output<'train'>): void {
    if (this.#plan.options.json) printJson('train', event);
  }
}
