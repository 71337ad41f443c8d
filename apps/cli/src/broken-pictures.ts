import { ResNetError } from '@resnetjs/core';
import type { BrokenPicture } from '@resnetjs/data/node';
import { plural, shown } from './terminal/format.js';

export const errorRules = ['fail', 'skip'] as const;
export type ErrorRule = (typeof errorRules)[number];

/** As JSON has it. */
export interface SkippedPicture {
  readonly file: string;
  readonly reason: string;
}

const named = 5;

/** Hears of the pictures that can't be read: decides what becomes of the work, and remembers which they were. */
export class BrokenPictures {
  readonly #rule: ErrorRule;
  readonly #skipped: SkippedPicture[] = [];
  readonly #stop = new AbortController();
  #pictures = 0;
  #lost = 0;
  #onLoss: ((picture: SkippedPicture) => void) | null = null;
  /** Why the work under way was stopped. */
  failure: ResNetError | null = null;

  constructor(rule: ErrorRule) {
    this.#rule = rule;
  }

  get skipped(): readonly SkippedPicture[] {
    return this.#skipped;
  }

  /** Raised when work under way has to end. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /**
   * From now on a picture that can't be read any more ends nothing at once: the batch goes on without it, and the signal is
   * raised where broken pictures are not to be skipped, or where half of all are gone.
   */
  begin(pictures: number, onLoss: (picture: SkippedPicture) => void): void {
    this.#pictures = pictures;
    this.#onLoss = onLoss;
  }

  readonly hear = ({ file, error }: BrokenPicture): void => {
    if (this.#onLoss === null && this.#rule !== 'skip') {
      const message = `${error.message} --on-error skip leaves such pictures out.`;
      throw new ResNetError(error.code, message, error.details, { cause: error });
    }
    const picture = { file, reason: error.message };
    this.#skipped.push(picture);
    if (this.#onLoss === null) return;
    this.#lost++;
    if (this.failure === null && (this.#rule !== 'skip' || this.#lost * 2 > this.#pictures)) {
      this.failure = error;
      this.#stop.abort();
    }
    this.#onLoss(picture);
  };

  /** Lines for people: how many were left out, and the first of them. */
  describe(): string[] {
    const { length } = this.#skipped;
    if (length === 0) return [];
    const first = this.#skipped.slice(0, named).map(({ reason }) => `  ${shown(reason, 300)}`);
    const rest = length > named ? [`  … and ${length - named} more (--json names them all)`] : [];
    return [`${plural(length, 'picture')} left out:`, ...first, ...rest];
  }
}
