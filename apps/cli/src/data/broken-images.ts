import { ResNetError } from '@resnetjs/core';
import type { BrokenImage } from '@resnetjs/data/node';
import { plural, shown } from '../terminal/format.js';

export const errorRules = ['fail', 'skip'] as const;
export type ErrorRule = (typeof errorRules)[number];

/** A skipped image, as in JSON. */
export interface SkippedImage {
  readonly file: string;
  readonly reason: string;
}

const listed = 5;

/** Collects the images that can't be read, and decides whether the work continues. */
export class BrokenImages {
  readonly #rule: ErrorRule;
  readonly #skipped: SkippedImage[] = [];
  readonly #stop = new AbortController();
  #images = 0;
  #lost = 0;
  #onLoss: ((image: SkippedImage) => void) | null = null;
  /** Why the work was stopped. */
  failure: ResNetError | null = null;

  constructor(rule: ErrorRule) {
    this.#rule = rule;
  }

  get skipped(): readonly SkippedImage[] {
    return this.#skipped;
  }

  /** Aborted when the work has to stop. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /**
   * From now on an unreadable image doesn't throw: its batch continues without it, and the signal is aborted unless broken
   * images are to be skipped, or if more than half of all images are gone.
   */
  begin(images: number, onLoss: (image: SkippedImage) => void): void {
    this.#images = images;
    this.#onLoss = onLoss;
  }

  readonly add = ({ file, error }: BrokenImage): void => {
    if (this.#onLoss === null && this.#rule !== 'skip') {
      const message = `${error.message} Use --on-error skip to skip such images.`;
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

  /** Lines to print: how many images were skipped, and the first of them. */
  describe(): string[] {
    const { length } = this.#skipped;
    if (length === 0) return [];
    const first = this.#skipped.slice(0, listed).map(({ reason }) => `  ${shown(reason, 300)}`);
    const rest = length > listed ? [`  … and ${length - listed} more (--json lists all)`] : [];
    return [`${plural(length, 'image')} skipped:`, ...first, ...rest];
  }
}
