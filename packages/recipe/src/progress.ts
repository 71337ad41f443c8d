import type { RandomGeneratorState } from '@resnetjs/core/network';
import * as z from 'zod/mini';
import { count } from './numbers.js';
import { type Recipe, recipeSchema } from './recipe.js';

/** What a dataset is recognized by. */
export interface DatasetFingerprint {
  readonly images: number;
  /** A checksum of their labels in order (FNV-1a, 32 bits, hexadecimal). */
  readonly labels: string;
  /** Hashes of what the images hold. Missing where they are of a dataset that doesn't identify them, or of an older version. */
  readonly content?: {
    /** Of the images in order. */
    readonly ordered: string;
    /** Of the images with their labels, in any order. */
    readonly unordered: string;
  };
}

/** The results of a finished epoch. */
export interface EpochRecord {
  /** The mean training loss, with the L2 penalty. */
  readonly loss: number;
  readonly accuracy: number;
  readonly validation: EvaluationSummary | null;
}

/** An `Evaluation` without its confusion matrix. */
export interface EvaluationSummary {
  /** The mean cross-entropy in nats, without the L2 penalty. */
  readonly loss: number;
  /** The share of the images that are classified correctly, 0 to 1. */
  readonly accuracy: number;
  readonly images: number;
}

/** The validation of an epoch, and which epoch it is, from 1. */
export interface BestEpoch extends EvaluationSummary {
  readonly epoch: number;
}

/** The epoch with the best validation: by accuracy, then by loss, then the earliest. Null if there was no validation. */
export function bestEpoch(history: readonly Pick<EpochRecord, 'validation'>[]): BestEpoch | null {
  let best: BestEpoch | null = null;
  for (const [index, { validation }] of history.entries()) {
    if (validation && (best === null || isBetter(validation, best)))
      best = { epoch: index + 1, ...validation };
  }
  return best;
}

function isBetter(one: EvaluationSummary, other: EvaluationSummary): boolean {
  return one.accuracy > other.accuracy || (one.accuracy === other.accuracy && one.loss < other.loss);
}

/** Whether as many epochs as the recipe's patience have passed without a better validation. */
export function outOfPatience(
  { patience }: Pick<Recipe, 'patience'>,
  history: readonly EpochRecord[],
): boolean {
  const best = bestEpoch(history);
  return patience !== undefined && best !== null && history.length - best.epoch >= patience;
}

/** How far a training has come: plain data that JSON can hold. */
export interface TrainingProgress {
  /** The current epoch, or the one that has just ended; the first is 1. */
  readonly epoch: number;
  /** Steps done in it. */
  readonly step: number;
  /** The position in the epoch's order of images: how many it is done with, those that can't be read included. */
  readonly position: number;
  /** The random generator that shuffles the images, as it was before it shuffled this epoch's. */
  readonly order: RandomGeneratorState;
  /** Sums over this epoch's images so far: of their losses, of those classified correctly, and of them all. */
  readonly totals: { readonly loss: number; readonly correct: number; readonly images: number };
  /** How often it has returned to the start of an epoch with half the learning rate; absent for never. */
  readonly rollbacks?: number;
  /** The finished epochs. The current one is among them once it has its validation. */
  readonly history: readonly EpochRecord[];
  /** A resumed training may have more epochs, unless its schedule spans all of them (`spansAllEpochs`). */
  readonly recipe: Recipe;
  /** The training images. */
  readonly data: DatasetFingerprint;
  /** The validation images. */
  readonly validation: DatasetFingerprint | null;
}

const word = z.int().check(z.gte(0), z.lte(0xffff_ffff));
const fraction = z.number().check(z.gte(0), z.lte(1));
const hash = z.string().check(z.maxLength(100));
const fingerprint = z.strictObject({
  images: count,
  labels: hash,
  content: z.exactOptional(z.strictObject({ ordered: hash, unordered: hash })),
});

/** The schema of a `TrainingProgress`. */
export const trainingProgressSchema = z.strictObject({
  epoch: z.int().check(z.gte(1)),
  step: count,
  position: count,
  order: z.strictObject({
    key: z.readonly(z.tuple([word, word])),
    counter: z.readonly(z.tuple([word, word, word, word])),
    used: z.int().check(z.gte(0), z.lte(4)),
  }),
  totals: z.strictObject({ loss: z.number(), correct: z.number(), images: count }),
  rollbacks: z.exactOptional(count),
  history: z.readonly(
    z
      .array(
        z.strictObject({
          loss: z.number(),
          accuracy: fraction,
          validation: z.nullable(z.strictObject({ loss: z.number(), accuracy: fraction, images: count })),
        }),
      )
      .check(z.maxLength(1_000_000)),
  ),
  recipe: recipeSchema,
  data: fingerprint,
  validation: z.nullable(fingerprint),
}) satisfies z.ZodMiniType<TrainingProgress>;
null as unknown as TrainingProgress satisfies z.input<typeof trainingProgressSchema>;
