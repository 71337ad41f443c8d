import { existsSync } from 'node:fs';
import { ResNetError } from '@resnetjs/core';
import {
  type Checkpoint,
  type CheckpointEvent,
  disposeCheckpoint,
  type EpochRecord,
} from '@resnetjs/training';
import type { Settings } from '@resnetjs/weights';
import { type SavedCheckpoint, saveCheckpoint } from '@resnetjs/weights/node';
import { resnetCommand } from '../process/command-name.js';
import type { RunFolder } from './run-folder.js';
import { shellArgument } from '../terminal/shell-argument.js';

/** Between checkpoints within an epoch, where no number of steps is given. */
const defaultMinutes = 5;

interface CheckpointWriterOptions {
  readonly settings: Settings;
  readonly keep: number;
  /** Whether every checkpoint that is offered within an epoch is saved, and not only when some minutes have gone by. */
  readonly everyOne: boolean;
  /** Whether an earlier training's give way. */
  readonly replace: boolean;
  /** The one that the training goes on from. */
  readonly resumed: SavedCheckpoint | null;
  /** The model file of a checkpoint at an epoch's end. */
  readonly model: (checkpoint: Checkpoint) => Promise<Uint8Array>;
}

/** Reads a training's checkpoints, and keeps in its folder the last few and the best model. */
export class CheckpointWriter {
  readonly #run: RunFolder;
  readonly #options: CheckpointWriterOptions;
  #last: SavedCheckpoint | null;
  #lastTime = performance.now();
  #replace: boolean;

  constructor(run: RunFolder, options: CheckpointWriterOptions) {
    this.#run = run;
    this.#options = options;
    this.#last = options.resumed;
    this.#replace = options.replace;
  }

  /** Saves what the training offers, if it is time to. Throws `file-system`; what was saved before is as it was. */
  async take(event: CheckpointEvent): Promise<SavedCheckpoint | null> {
    if (event.at === 'step' && !this.#isDue()) return null;
    const checkpoint = event.save();
    try {
      const best = event.at === 'epoch' && isBest(checkpoint.state.progress.history);
      const options = {
        settings: this.#options.settings,
        keep: this.#options.keep,
        replace: this.#replace,
        ...(best ? { best: await this.#options.model(checkpoint) } : {}),
      };
      this.#last = await this.write(() => saveCheckpoint(this.#run.path, checkpoint, options));
      this.#lastTime = performance.now();
      this.#replace = false;
      return this.#last;
    } finally {
      disposeCheckpoint(checkpoint);
    }
  }

  /** Writes to the run's folder; where that fails, says from where the training can go on. */
  async write<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      await this.#run.lock.check();
      return await work();
    } catch (error) {
      if (!(error instanceof ResNetError) || error.code !== 'file-system') throw error;
      throw new ResNetError(
        error.code,
        `${error.message} The training has stopped. ${this.#whatIsKept()}.`,
        error.details,
        {
          cause: error,
        },
      );
    }
  }

  #whatIsKept(): string {
    if (this.#last === null) return 'Nothing had been saved before';
    const { steps, path } = this.#last;
    const goOn = `go on with ${resnetCommand} train --resume`;
    return existsSync(path)
      ? `What was saved up to step ${steps} is whole: when this is mended, ${goOn} ${shellArgument(this.#run.path)}`
      : `What was saved up to step ${steps} is no longer there; where it was only moved, ${goOn} and its new place`;
  }

  #isDue(): boolean {
    return this.#options.everyOne || performance.now() - this.#lastTime >= defaultMinutes * 60_000;
  }
}

/** Whether the last epoch is the best so far by its validation: by accuracy, then by loss. */
function isBest(history: readonly EpochRecord[]): boolean {
  const last = history.at(-1)?.validation;
  if (!last) return false;
  return history.slice(0, -1).every(({ validation }) => {
    if (!validation) return true;
    const { accuracy, loss } = validation;
    return last.accuracy > accuracy || (last.accuracy === accuracy && last.loss < loss);
  });
}
