import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EpochRecord } from '@resnetjs/recipe';
import type { TrainEvent } from '@resnetjs/training';
import { writeFileAtomically } from '@resnetjs/weights/node';

export const logFileName = 'log.csv';
const columns = [
  ...['epoch', 'step', 'loss', 'accuracy', 'validation_loss', 'validation_accuracy'],
  ...['unaveraged_validation_loss', 'unaveraged_validation_accuracy', 'learning_rate', 'seconds'],
] as const;
const header = columns.join(',');

type EpochEvent = Extract<TrainEvent, { event: 'epoch' }>;
type ValidationEvent = Extract<TrainEvent, { event: 'validation' }>;

/**
 * The log of a training: a row for each finished epoch. It is written anew with each row, before the epoch's checkpoint: a
 * training that is killed in between finds a row too many when it resumes, and drops it.
 */
export class EpochLog {
  readonly #path: string;
  #rows: string[] = [];
  #last: EpochEvent | null = null;
  #unaveraged: ValidationEvent['unaveraged'];

  constructor(run: string) {
    this.#path = join(run, logFileName);
  }

  /** Takes the rows of the epochs that a training had finished when it was saved; those that the file lacks, from its history. */
  async resume(history: readonly EpochRecord[]): Promise<void> {
    const text = await readFile(this.#path, 'utf8').catch(() => '');
    const [first, ...rows] = text.split('\n');
    const known = first === header ? rows : [];
    this.#rows = history.map((record, index) => {
      const before = known.find((row) => row.startsWith(`${index + 1},`));
      return before ?? rowOf([index + 1, null, ...figures(record), null, null, null, null]);
    });
    await this.#write();
  }

  /** The steps of an epoch are done. */
  epoch(event: EpochEvent): void {
    this.#last = event;
    this.#unaveraged = undefined;
  }

  /** Its validation, if there is one. */
  validation({ unaveraged }: Pick<ValidationEvent, 'unaveraged'>): void {
    this.#unaveraged = unaveraged;
  }

  /** The epoch is over: its validation is in the history. `steps` were taken so far. */
  async add(history: readonly EpochRecord[], steps: number): Promise<void> {
    const record = history.at(-1);
    if (record === undefined || this.#last?.epoch !== history.length) return;
    const { epoch, learningRate, seconds } = this.#last;
    const { loss = null, accuracy = null } = this.#unaveraged ?? {};
    const rest = [loss, accuracy, learningRate, Number(seconds.toFixed(3))];
    this.#rows.push(rowOf([epoch, steps, ...figures(record), ...rest]));
    await this.#write();
  }

  async #write(): Promise<void> {
    const text = [header, ...this.#rows, ''].join('\n');
    await writeFileAtomically(this.#path, new TextEncoder().encode(text));
  }
}

const figures = ({ loss, accuracy, validation }: EpochRecord) => [
  ...[loss, accuracy, validation?.loss ?? null, validation?.accuracy ?? null],
];

/** Of what isn't known, the cell is empty. */
const rowOf = (cells: readonly (number | null)[]) => cells.map((cell) => cell ?? '').join(',');
