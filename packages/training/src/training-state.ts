import {
  type Classifier,
  disposeVariables,
  RandomGenerator,
  type RandomGeneratorState,
  type ParameterId,
  ResNetError,
  type TensorMap,
} from '@resnetjs/core';
import type { Dataset } from '@resnetjs/data';
import * as tf from '@tensorflow/tfjs-core';
import { disposeOptimizerState, type Optimizer, type OptimizerState, slotNames } from './optimizer.js';
import type { Schedule } from './schedule.js';

/** The options on which a training's numbers depend, with their defaults filled in. */
export interface Recipe {
  /** Planned. A resumed training may have more, if its learning-rate schedule is constant. */
  readonly epochs: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly schedule: Schedule;
  readonly statistics: 'precise' | 'running';
  readonly statisticsBatches: number;
  readonly optimizer: Optimizer;
  readonly data: DatasetFingerprint;
  readonly validation: DatasetFingerprint | null;
}

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

/** How far a training has come: plain data that JSON can hold. */
export interface TrainingProgress {
  /** The current epoch, or the one that has just ended; the first is 1. */
  readonly epoch: number;
  /** Steps done in it. */
  readonly step: number;
  /** The random generator that shuffles the images, as it was before it shuffled this epoch's. */
  readonly order: RandomGeneratorState;
  /** Sums over this epoch's images so far: of their losses, of those classified correctly, and of them all. */
  readonly totals: { readonly loss: number; readonly correct: number; readonly images: number };
  /** The finished epochs. The current one is among them once it has its validation. */
  readonly history: readonly EpochRecord[];
  readonly recipe: Recipe;
}

/** A training's state apart from its classifier. The optimizer's tensors belong to the caller that holds it. */
export interface TrainingState {
  readonly optimizer: OptimizerState;
  readonly progress: TrainingProgress;
}

/**
 * A training between two steps, from which it can resume as if it had never stopped.
 *
 * @example
 * for await (const event of train(checkpoint.classifier, images, { ...options, resume: checkpoint.state })) {
 *   console.log(event);
 * }
 */
export interface Checkpoint {
  readonly classifier: Classifier;
  readonly state: TrainingState;
}

/** A checkpoint with tensors of its own that share the values' memory; they stay as they are while training continues. */
export function holdCheckpoint({ classifier, state }: Checkpoint): Checkpoint {
  const { weights, statistics } = classifier.variables;
  const { step, slots } = state.optimizer;
  const held = Object.entries(slots).map(([name, slot]) => [name, hold(slot)] as const);
  return {
    classifier: { ...classifier, variables: { weights: hold(weights), statistics: hold(statistics) } },
    state: { ...state, optimizer: { step, slots: Object.fromEntries(held) } },
  };
}

/** A reshape shares the values on every backend; Wasm's clone copies them. */
function hold(map: TensorMap): TensorMap {
  return new Map<ParameterId, tf.Tensor>(
    [...map].map(([id, tensor]) => [id, tf.reshape(tensor, tensor.shape)]),
  );
}

/** Disposes of all of a checkpoint's tensors, those of its classifier included. */
export function disposeCheckpoint({ classifier, state }: Checkpoint): void {
  disposeVariables(classifier.variables);
  disposeOptimizerState(state.optimizer);
}

/** See `Fingerprint`. */
export function fingerprint({ labels }: Dataset): DatasetFingerprint {
  let hash = 0x811c9dc5;
  for (const label of labels) {
    for (const byte of [label & 0xff, label >> 8]) hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return { images: labels.length, labels: (hash >>> 0).toString(16).padStart(8, '0') };
}

/** The random stream that shuffles images. */
const SHUFFLE_STREAM = 4 * 2 ** 32;

/** The progress before the first step. */
export function firstProgress(recipe: Recipe): TrainingProgress {
  return {
    epoch: 1,
    step: 0,
    order: RandomGenerator.stateless(recipe.seed, SHUFFLE_STREAM).state(),
    totals: { loss: 0, correct: 0, images: 0 },
    history: [],
    recipe,
  };
}

/** Throws `bad-option` or `bad-data` unless a training of this recipe can resume from the state. */
export function checkResumed(
  { optimizer, progress }: TrainingState,
  weights: TensorMap,
  recipe: Recipe,
): void {
  checkRecipe(progress.recipe, recipe);
  const { epochs } = recipe;
  const { epoch, step, history, totals } = progress;
  if (epochs < epoch) {
    throw new ResNetError(
      'bad-option',
      `The training is already in epoch ${epoch}, so it can't resume with epochs ${epochs}. Ask for at least ${epoch}.`,
      { epochs, epoch },
    );
  }
  const { batchSize, data } = recipe;
  const steps = Math.ceil(data.images / batchSize);
  const fits =
    epoch >= 1 &&
    (history.length === epoch - 1 || (history.length === epoch && step === steps)) &&
    step <= steps &&
    // Images that couldn't be read are missing from a step; one without any is not taken.
    totals.images >= step &&
    totals.images <= Math.min(step * batchSize, data.images) &&
    optimizer.step === (epoch - 1) * steps + step &&
    String(Object.keys(optimizer.slots)) === String(slotNames[recipe.optimizer.kind]) &&
    Object.values(optimizer.slots).every((slot) => sameShapes(slot, weights));
  if (fits) return;
  throw new ResNetError(
    'bad-data',
    `The training's state contradicts itself (epoch ${epoch}, step ${step} of ${steps}, ${optimizer.step} steps in total), so it can't resume.`,
    { epoch, step, steps },
  );
}

function checkRecipe(before: Recipe, now: Recipe): void {
  for (const key of ['data', 'validation'] as const) {
    if (same(before[key], now[key])) continue;
    const what = key === 'data' ? 'training' : 'validation';
    throw new ResNetError(
      'bad-data',
      `The ${what} images are not those that the training began with: there were ${described(before[key])}, and now there are ${described(now[key])}. Pass the same images, in the same order.`,
      { before: before[key], now: now[key] },
    );
  }
  for (const key of Object.keys(now) as (keyof Recipe)[]) {
    if (same(before[key], now[key]) || (key === 'epochs' && now.schedule === 'constant')) continue;
    const why = key === 'epochs' ? `: its ${now.schedule} learning-rate schedule spans all of them` : '';
    throw new ResNetError(
      'bad-option',
      `The training began with ${key} ${JSON.stringify(before[key])} and can't resume with ${JSON.stringify(now[key])}${why}.`,
      { option: key },
    );
  }
}

function described(data: DatasetFingerprint | null): string {
  return data === null ? 'none' : `${data.images} with label checksum ${data.labels}`;
}

function same(a: unknown, b: unknown): boolean {
  const record = (value: unknown): value is object => typeof value === 'object' && value !== null;
  if (!record(a) || !record(b)) return Object.is(a, b);
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => same(a[key as never], b[key as never]));
}

function sameShapes(slot: TensorMap, weights: TensorMap): boolean {
  return (
    slot.size === weights.size &&
    [...weights].every(([id, { shape }]) => String(slot.get(id)?.shape) === String(shape))
  );
}
