import { ResNetError } from '@resnetjs/core';
import type { BrokenImage } from '@resnetjs/data/node';
import { plural, shown } from '../terminal/format.js';

export const errorRules = ['fail', 'skip'] as const;
export type ErrorRule = (typeof errorRules)[number];

/** As JSON has it. */
export interface SkippedImage {
  readonly file: string;
  readonly reason: string;
}

const named = 5;

/** Hears of the images that can't be read: decides what becomes of the work, and remembers which they were. */
export class BrokenImages {
  readonly #rule: ErrorRule;
  readonly #skipped: SkippedImage[] = [];
  readonly #stop = new AbortController();
  #images = 0;
  #lost = 0;
  #onLoss: ((image: SkippedImage) => void) | null = null;
  /** Why the work under way was stopped. */
  failure: ResNetError | null = null;

  constructor(rule: ErrorRule) {
    this.#rule = rule;
  }

  get skipped(): readonly SkippedImage[] {
    return this.#skipped;
  }

  /** Raised when work under way has to end. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /**
   * From now on an image that can't be read any more ends nothing at once: the batch goes on without it, and the signal is
   * raised where broken images are not to be skipped, or where half of all are gone.
   */
  begin(images: number, onLoss: (image: SkippedImage) => void): void {
    this.#images = images;
    this.#onLoss = onLoss;
  }

  readonly hear = ({ file, error }: BrokenImage): void => {
    if (this.#onLoss === null && this.#rule !== 'skip') {
      const message = `${error.message} --on-error skip leaves such images out.`;
      throw new ResNetError(error.code, message, error.details, { cause: error });
    }
    const image = { file, reason: error.message };
    this.#skipped.push(image);
    if (this.#onLoss === null) return;
    this.#lost++;
    if (this.failure === null && (this.#rule !== 'skip' || this.#lost * 2 > this.#images)) {
      this.failure = error;
      this.#stop.abort();
    }
    this.#onLoss(image);
  };

  /** Lines for people: how many were left out, and the first of them. */
  describe(): string[] {
    const { length } = this.#skipped;
    if (length === 0) return [];
    const first = this.#skipped.slice(0, named).map(({ reason }) => `  ${shown(reason, 300)}`);
    const rest = length > named ? [`  … and ${length - named} more (--json names them all)`] : [];
    return [`${plural(length, 'image')} left out:`, ...first, ...rest];
  }
}
