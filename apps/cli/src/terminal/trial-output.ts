import type { RatePoint } from '@resnetjs/training';
import type { Output } from '../json/outputs.js';
import { printJson } from '../json/print-json.js';
import { count, duration, figure, plural, size } from './format.js';
import { Progress } from './progress.js';

type TrialEvent = Extract<Output<'train'>, { event: 'rate' | 'foundRate' | 'dryRun' }>;
type Event<Name extends TrialEvent['event']> = Extract<TrialEvent, { event: Name }>;

/** The output of what a training would be: a search for its learning rate, or a dry run. */
export class TrialOutput {
  readonly #progress: Progress;
  readonly #isJson: boolean;

  constructor({ json }: { readonly json?: true }) {
    this.#isJson = json === true;
    this.#progress = new Progress(json ? process.stderr : process.stdout);
  }

  /** A step of the search. */
  rate(point: RatePoint, steps: number): void {
    const { step, learningRate, smoothed } = point;
    this.#json({ event: 'rate', ...point, loss: finite(point.loss), smoothed: finite(smoothed) });
    this.#progress.update({
      ...{ label: 'learning rate', short: 'rate', done: step, of: steps },
      figures: [learningRate.toExponential(1), `loss ${figure(smoothed)}`],
    });
  }

  foundRate(found: Event<'foundRate'>): void {
    this.#json(found);
    const { learningRate, picture, numbers } = found;
    const words =
      learningRate === null
        ? 'none: the loss did not fall at any rate'
        : `${learningRate}: a tenth of the rate at which the smoothed loss was lowest`;
    const lines = [
      `suggested   ${words}`,
      `picture     ${picture}`,
      `numbers     ${numbers}`,
      ...(learningRate === null
        ? []
        : [
            '',
            `Next: the same command with --learning-rate ${learningRate} in place of --find-learning-rate.`,
          ]),
    ];
    for (const line of lines) this.#progress.print(line);
  }

  /** A step of a dry run. */
  trial(done: number, of: number): void {
    this.#progress.update({ label: 'trying steps', short: 'trying', done, of, figures: [] });
  }

  dryRun(measured: Event<'dryRun'>, epochs: number): void {
    this.#json(measured);
    const { stepsPerEpoch, secondsPerStep, secondsPerEpoch, peakBytes, checkpointBytes, modelBytes } =
      measured;
    const all = epochs * stepsPerEpoch;
    const limit = measured.keepsFeatures ? 'at most ' : '';
    const why = measured.keepsFeatures
      ? ['            less from the second epoch on: what the frozen layers compute is kept']
      : [];
    const lines = [
      `steps       ${count(stepsPerEpoch)} an epoch, ${count(all)} in ${plural(epochs, 'epoch')}`,
      `time        ${seconds(secondsPerStep)} a step, about ${seconds(secondsPerEpoch)} an epoch, ${limit}${duration(secondsPerEpoch * epochs)} in all`,
      ...why,
      `memory      ${size(peakBytes)}: this process's peak in ${plural(measured.steps, 'step')}`,
      `disk        ${size(checkpointBytes)} a checkpoint, of which ${measured.keep} are kept; ${size(modelBytes)} the model`,
      '',
      'Nothing was written.',
    ];
    for (const line of lines) this.#progress.print(line);
  }

  end(): void {
    this.#progress.end();
  }

  #json(event: TrialEvent): void {
    if (this.#isJson) printJson('train', event);
  }
}

/** JSON has no NaN. */
const finite = (value: number) => (Number.isFinite(value) ? value : null);

/** Short times with a digit more. */
const seconds = (time: number) => (time < 10 ? `${time.toPrecision(2)} s` : duration(time));
