import type { RandomGeneratorState } from '@resnetjs/core/network';
import { z } from 'zod';
import { count } from './numbers.js';
import { type Recipe, recipeSchema } from './recipe.js';

/** What a dataset is recognized by: its number of images, and a checksum (FNV-1a, 32 bits, hexadecimal) of their labels in order. */
export interface DatasetFingerprint {
  readonly images: number;
  readonly labels: string;
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
  /** The finished epochs. The current one is among them once it has its validation. */
  readonly history: readonly EpochRecord[];
  /** A resumed training may have more epochs, if its learning rate is constant. */
  readonly recipe: Recipe;
  /** The training images. */
  readonly data: DatasetFingerprint;
  /** The validation images. */
  readonly validation: DatasetFingerprint | null;
}

const word = z.int().min(0).max(0xffff_ffff);
const fraction = z.number().min(0).max(1);
const fingerprint = z.strictObject({ images: count, labels: z.string().max(100) });

/** The schema of a `TrainingProgress`. */
export const trainingProgressSchema = z.strictObject({
  epoch: z.int().min(1),
  step: count,
  position: count,
  order: z.strictObject({
    key: z.tuple([word, word]).readonly(),
    counter: z.tuple([word, word, word, word]).readonly(),
    used: z.int().min(0).max(4),
  }),
  totals: z.strictObject({ loss: z.number(), correct: z.number(), images: count }),
  history: z
    .array(
      z.strictObject({
        loss: z.number(),
        accuracy: fraction,
        validation: z.strictObject({ loss: z.number(), accuracy: fraction, images: count }).nullable(),
      }),
    )
    .max(1_000_000)
    .readonly(),
  recipe: recipeSchema,
  data: fingerprint,
  validation: fingerprint.nullable(),
}) satisfies z.ZodType<TrainingProgress>;
null as unknown as TrainingProgress satisfies z.input<typeof trainingProgressSchema>;
