import { existsSync } from 'node:fs';
import { ResNetError } from '@resnetjs/core';
import { type Checkpoint, type CheckpointEvent, disposeCheckpoint } from '@resnetjs/training';
import { bestEpoch } from '@resnetjs/recipe';
import type { CheckpointSettings } from '@resnetjs/weights';
import { type SavedCheckpoint, saveCheckpoint } from '@resnetjs/weights/node';
import { resnetCommand } from '../process/command-name.js';
import { shellArgument } from '../terminal/shell-argument.js';
import type { RunFolder } from './run-folder.js';

/** Between checkpoints within an epoch, without --checkpoint-every. */
const defaultMinutes = 5;

interface CheckpointWriterOptions {
  readonly settings: CheckpointSettings;
  readonly keep: number;
  /** Whether to save every checkpoint offered within an epoch, instead of one every few minutes. */
  readonly everyOne: boolean;
  /** Whether to replace the checkpoints of an earlier training. */
  readonly replace: boolean;
  /** The checkpoint that the training resumes from. */
  readonly resumed: SavedCheckpoint | null;
  /** The model file of a checkpoint at an epoch's end. */
  readonly model: (checkpoint: Checkpoint) => Promise<Uint8Array>;
  /** What is written before the first checkpoint. */
  readonly first: () => Promise<void>;
  /** What is written before an epoch's checkpoint. */
  readonly epoch: (state: Checkpoint['state']) => Promise<void>;
}

/** Takes a training's checkpoints, and keeps the newest few and the best model in its folder. */
export class CheckpointWriter {
  readonly #run: RunFolder;
  readonly #options: CheckpointWriterOptions;
  #last: SavedCheckpoint | null;
  #lastTime = performance.now();
  #replace: boolean;
  #begun = false;

  constructor(run: RunFolder, options: CheckpointWriterOptions) {
    this.#run = run;
    this.#options = options;
    this.#last = options.resumed;
    this.#replace = options.replace;
  }

  /** Saves an offered checkpoint if it is due. Throws `file-system`, with the earlier checkpoints intact. */
  async take(event: CheckpointEvent): Promise<SavedCheckpoint | null> {
    if (event.at === 'step' && !this.#isDue()) return null;
    const checkpoint = event.capture();
    try {
      const { epoch, history } = checkpoint.state.progress;
      const best = event.at === 'epoch' && bestEpoch(history)?.epoch === epoch;
      const options = {
        settings: this.#options.settings,
        maxToKeep: this.#options.keep,
        removeEarlier: this.#replace,
        ...(best ? { bestModel: await this.#options.model(checkpoint) } : {}),
      };
      this.#last = await this.write(async () => {
        if (!this.#begun) await this.#options.first();
        this.#begun = true;
        if (event.at === 'epoch') await this.#options.epoch(checkpoint.state);
        return saveCheckpoint(this.#run.path, checkpoint, options);
      });
      this.#lastTime = performance.now();
      this.#replace = false;
      return this.#last;
    } finally {
      disposeCheckpoint(checkpoint);
    }
  }

  /** Writes to the run's folder. If that fails, the error says how the training can be resumed. */
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
    if (this.#last === null) return 'No checkpoint had been saved';
    const { steps, path } = this.#last;
    const resume = `resume with ${resnetCommand} train --resume`;
    return existsSync(path)
      ? `The checkpoint of step ${steps} is intact: once this is fixed, ${resume} ${shellArgument(this.#run.path)}`
      : `The checkpoint of step ${steps} is gone; if it was only moved, ${resume} and its new path`;
  }

  #isDue(): boolean {
    return this.#options.everyOne || performance.now() - this.#lastTime >= defaultMinutes * 60_000;
  }
}
