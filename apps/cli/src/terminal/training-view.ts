import type { FeaturesEvent, TrainEvent } from '@resnetjs/training';
import { forwardCost } from '../training/forward-cost.js';
import { count, duration, figure, percent, size } from './format.js';
import type { Progress } from './progress.js';

/** Cells that the table of epochs needs to show all its columns. */
const roomyTable = 74;
const wideColumns = [
  { name: 'epoch', width: 9 },
  { name: 'loss', width: 10 },
  { name: 'accuracy', width: 10 },
  { name: 'val loss', width: 10 },
  { name: 'val accuracy', width: 14 },
  { name: 'time', width: 14 },
];
const narrowColumns = [
  { name: 'epoch', width: 7 },
  { name: 'loss', width: 8 },
  { name: 'acc', width: 7 },
  { name: 'val loss', width: 9 },
  { name: 'val acc', width: 8 },
];

/** How the features of a frozen part are come by, in words. */
function featuresWords({ of, images, bytes, why }: FeaturesEvent): string {
  const whose = `of ${count(images)} ${of} images`;
  switch (why) {
    case null:
      return `${whose}: computed once, and kept in ${size(bytes)}`;
    case 'random':
      return `${whose}: computed at each step, since augmentation or mixing changes the images`;
    case 'memory':
      return `${whose}: computed at each step, since they would take ${size(bytes)}`;
    default:
      return why satisfies never;
  }
}

/** Shows a training as it runs: a progress line for the current step, and a line that stays for each epoch. */
export class TrainingView {
  readonly #progress: Progress;
  readonly #epochs: number;
  readonly #withValidation: boolean;
  readonly #started = performance.now();
  #headed = false;
  /** Steps done so far, and steps per epoch. */
  #steps = { done: 0, each: 0 };
  #imagesPerSecond = 0;
  #epoch: Extract<TrainEvent, { event: 'epoch' }> | null = null;
  /** Steps done before the training was resumed. */
  readonly #stepsBefore: number;
  #saved: string[] = [];

  constructor(progress: Progress, options: { epochs: number; withValidation: boolean; stepsBefore: number }) {
    this.#stepsBefore = options.stepsBefore;
    this.#progress = progress;
    this.#epochs = options.epochs;
    this.#withValidation = options.withValidation;
  }

  /** From now on the progress line says which step was saved last. */
  saved(steps: number): void {
    this.#saved = [`saved at step ${count(steps)}`];
  }

  show(event: TrainEvent): void {
    const at = (epoch: number) => `${epoch}/${this.#epochs}`;
    switch (event.event) {
      case 'step': {
        const { epoch, step, stepsPerEpoch: steps, meanLoss, meanAccuracy } = event;
        this.#steps = { done: (epoch - 1) * steps + step, each: steps };
        // Smoothed, to be readable.
        const known = this.#imagesPerSecond || event.imagesPerSecond;
        this.#imagesPerSecond = 0.8 * known + 0.2 * event.imagesPerSecond;
        const figures = [
          `loss ${figure(meanLoss)}`,
          `acc ${percent(meanAccuracy)}`,
          `${duration(this.#secondsLeft())} left`,
          `${Math.round(this.#imagesPerSecond)} images/s`,
          ...this.#saved,
        ];
        this.#progress.update({
          label: `epoch ${at(epoch)}`,
          short: at(epoch),
          done: step,
          of: steps,
          figures,
        });
        break;
      }
      case 'progress': {
        const { epoch, of: what, batch: done, batches: of } = event;
        this.#progress.update({ label: `epoch ${at(epoch)} ${what}`, short: what, done, of, figures: [] });
        break;
      }
      case 'epoch':
        this.#epoch = event;
        if (!this.#withValidation) this.#row(event);
        break;
      case 'validation':
        if (this.#epoch) this.#row(this.#epoch, event);
        break;
      case 'features':
        this.#progress.print(`features    ${featuresWords(event)}`);
        break;
      case 'rollback':
        this.#progress.print(
          `epoch ${at(event.epoch)}, step ${event.step}: the loss is not finite; back to the start of the epoch, at learning rate ${event.learningRate}`,
        );
        break;
      case 'gradients':
      case 'checkpoint':
      case 'done':
        break;
      default:
        event satisfies never;
    }
  }

  /** Extrapolates the time so far, which includes statistics and validations. */
  #secondsLeft(): number {
    const elapsed = (performance.now() - this.#started) / 1000;
    const { done, each } = this.#steps;
    const left = this.#epochs * each - done;
    const doneHere = done - this.#stepsBefore;
    const firstEpoch = doneHere <= each;
    return (elapsed / doneHere) * left * (firstEpoch ? 1 + forwardCost : 1);
  }

  #row(
    epoch: Extract<TrainEvent, { event: 'epoch' }>,
    validation?: Extract<TrainEvent, { event: 'validation' }>,
  ): void {
    const at = `${epoch.epoch}/${this.#epochs}`;
    const figures = [figure(epoch.loss), percent(epoch.accuracy)];
    const evaluated = validation && [figure(validation.loss), percent(validation.accuracy)];
    const time = duration((performance.now() - this.#started) / 1000);
    const best = validation?.best === true;
    if (!this.#progress.live) {
      const { unaveraged } = validation ?? {};
      const without = unaveraged ? ` (${percent(unaveraged.accuracy)} not averaged)` : '';
      const validated = evaluated
        ? `  validation loss ${evaluated[0]}  accuracy ${evaluated[1]}${without}`
        : '';
      this.#progress.print(
        `epoch ${at} done  loss ${figures[0]}  accuracy ${figures[1]}${validated}${best ? '  best so far' : ''}  ${time}`,
      );
      return;
    }
    const roomy = this.#progress.width >= roomyTable;
    const columns = roomy ? wideColumns : narrowColumns;
    const mark = best ? this.#progress.paint('green', roomy ? '  best' : '*') : '';
    const cells = (values: readonly string[]) =>
      columns.map(({ width }, column) => (values[column] ?? '').padStart(width)).join('');
    if (!this.#headed) {
      this.#headed = true;
      this.#progress.print(this.#progress.paint('dim', cells(columns.map(({ name }) => name))));
    }
    this.#progress.print(cells([at, ...figures, ...(evaluated ?? ['–', '–']), time]) + mark);
  }
}
