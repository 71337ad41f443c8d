import { join } from 'node:path';
import { countParameters } from '@resnetjs/core';
import type { CheckpointEvent, TrainEvent } from '@resnetjs/training';
import type { NewestCheckpoint, SavedCheckpoint } from '@resnetjs/weights/node';
import type { SkippedImage } from '../data/broken-images.js';
import { syntheticSource } from '../data/training-data.js';
import { resnetCommand } from '../process/command-name.js';
import type { TrainPlan } from '../training/train-plan.js';
import { leftOutLines, duplicateLines } from './data-notes.js';
import { count, duration, figure, percent, plural, shown, size } from './format.js';
import { Progress } from './progress.js';
import { shellArgument } from './shell-argument.js';
import { TrainingView } from './training-view.js';

export type Done = Extract<TrainEvent, { event: 'done' }>;

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
      images: training.dataset.labels.length,
      validationImages: validation?.dataset.labels.length ?? 0,
      epochs: options.epochs,
      skipped: broken.skipped,
      leftOut: data.leftOut,
      split: data.split,
      duplicates: data.twins,
      ...(resumed ? { resumed: { steps: resumed.steps, path: resumed.path } } : {}),
    });
    const { paint } = this.#progress;
    this.#progress.print(
      `${paint('bold', network.name)}: ${count(parameters.total)} parameters, on ${options.backend}`,
    );
    this.#progress.print(`training    ${training.describe}`);
    if (validation) this.#progress.print(`validation  ${validation.describe}`);
    for (const line of this.#dataNotes()) this.#progress.print(line);
    if (resumed) this.#resuming(resumed);
    this.#progress.print('');
  }

  /** What is used for what, what is left out, and what is there twice. */
  #dataNotes(): string[] {
    const { data, broken, options } = this.#plan;
    const unused = (data.split?.unused ?? []).map(
      (name) => `not used    ${shown(join(options.data, name), 200)}: evaluate the model on it`,
    );
    return [...unused, ...leftOutLines(data.leftOut), ...broken.describe(), ...duplicateLines(data.twins)];
  }

  #resuming({ problems, path, steps, checkpoint }: NewestCheckpoint): void {
    for (const why of problems) this.#progress.print(`skipped     ${why}`);
    const { epoch, history } = checkpoint.state.progress;
    const { epochs } = this.#plan.options;
    const from = `after ${plural(steps, 'step')}, in epoch ${epoch} of ${epochs}, from ${path}`;
    const over = `all ${plural(epochs, 'epoch')} are done; give a higher --epochs to train further`;
    this.#progress.print(`resuming    ${history.length >= epochs ? over : from}`);
  }

  event(event: Exclude<TrainEvent, Done | CheckpointEvent>): void {
    this.#json(event);
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
    this.#progress.print(
      'Stopping after this step, then saving a checkpoint and the model. Ctrl-C again quits at once.',
    );
  }

  nothing(): void {
    this.#progress.print('Stopped before the first step, so there is no model to write.');
  }

  done(done: Done, written: Written): void {
    const { options, broken } = this.#plan;
    const { loss, accuracy, validation } = done;
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
    const how = done.completed
      ? `Trained for ${plural(done.epochs, 'epoch')} (${steps}) in ${duration(seconds)}`
      : `Stopped in epoch ${done.epochs} of ${options.epochs}, after ${steps} (${duration(seconds)})`;
    const run = shellArgument(options.out);
    const held = this.#plan.data.split?.validation ? options.data : 'IMAGES';
    const evaluatedOn = shellArgument(options.validation ?? (written.sampleImage ? syntheticSource : held));
    const image = shellArgument(written.sampleImage ?? 'IMAGE.jpg');
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
      ...(written.sampleImage ? [`${written.sampleImage} is an image it has not seen.`] : []),
      '',
      'Next:',
      ...(done.completed ? [] : [`  ${paint('cyan', `${resnetCommand} train --resume ${run}`)}`]),
      `  ${paint('cyan', `${resnetCommand} evaluate ${run} --data ${evaluatedOn}`)}`,
      `  ${paint('cyan', `${resnetCommand} predict ${run} ${image}`)}`,
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
