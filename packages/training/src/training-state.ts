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
import { disposeState, type Optimizer, type OptimizerState, slotNames } from './optimizer.js';
import type { Schedule } from './schedule.js';

/** What a training was told, as far as its numbers depend on it. */
export interface Recipe {
  /** Planned; more may be asked for on the way where the schedule doesn't depend on them. */
  readonly epochs: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly schedule: Schedule;
  readonly statistics: 'precise' | 'running';
  readonly statisticsBatches: number;
  readonly optimizer: Optimizer;
  readonly data: Fingerprint;
  readonly validation: Fingerprint | null;
}

/** By which images are known again: how many there are, and a checksum (FNV-1a, 32 bits) of their labels in order. */
export interface Fingerprint {
  readonly images: number;
  readonly labels: string;
}

export interface EpochRecord {
  readonly loss: number;
  readonly accuracy: number;
  readonly validation: EvaluationSummary | null;
}

export interface EvaluationSummary {
  /** The mean cross-entropy in nats, without any penalty. */
  readonly loss: number;
  readonly accuracy: number;
  readonly images: number;
}

/** How far a training has come. Plain data: JSON holds all of it. */
export interface Progress {
  /** The epoch under way, or the one that just ended; the first is 1. */
  readonly epoch: number;
  /** Steps done in it. */
  readonly step: number;
  /** The generator of the images' order, as it was before it drew this epoch's. */
  readonly order: RandomGeneratorState;
  /** Of this epoch so far. */
  readonly totals: { readonly loss: number; readonly correct: number; readonly images: number };
  /** The epochs that are over, each with its validation; this one is over where it is among them. */
  readonly history: readonly EpochRecord[];
  readonly recipe: Recipe;
}

/** All that a training knows beside its classifier. The optimizer's tensors belong to whoever holds the state. */
export interface TrainingState {
  readonly optimizer: OptimizerState;
  readonly progress: Progress;
}

/** A training at the boundary between two steps: from here it goes on as if it had never stopped. */
export interface Checkpoint {
  readonly classifier: Classifier;
  readonly state: TrainingState;
}

/** A checkpoint of the same values, sharing their memory, which stays as it is while training goes on. */
export function holdCheckpoint({ classifier, state }: Checkpoint): Checkpoint {
  const { weights, statistics } = classifier.variables;
  const { step, slots } = state.optimizer;
  const held = Object.entries(slots).map(([name, slot]) => [name, hold(slot)] as const);
  return {
    classifier: { ...classifier, variables: { weights: hold(weights), statistics: hold(statistics) } },
    state: { ...state, optimizer: { step, slots: Object.fromEntries(held) } },
  };
}

/** By reshape, which shares the values on every backend; Wasm's clone copies them. */
function hold(map: TensorMap): TensorMap {
  return new Map<ParameterId, tf.Tensor>(
    [...map].map(([id, tensor]) => [id, tf.reshape(tensor, tensor.shape)]),
  );
}

export function disposeCheckpoint({ classifier, state }: Checkpoint): void {
  disposeVariables(classifier.variables);
  disposeState(state.optimizer);
}

export function fingerprint({ labels }: Dataset): Fingerprint {
  let hash = 0x811c9dc5;
  for (const label of labels) {
    for (const byte of [label & 0xff, label >> 8]) hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return { images: labels.length, labels: (hash >>> 0).toString(16).padStart(8, '0') };
}

/** Of the streams under a seed, the one that orders images. */
const SHUFFLE_STREAM = 4 * 2 ** 32;

/** Before the first step. */
export function firstProgress(recipe: Recipe): Progress {
  return {
    epoch: 1,
    step: 0,
    order: RandomGenerator.stateless(recipe.seed, SHUFFLE_STREAM).state(),
    totals: { loss: 0, correct: 0, images: 0 },
    history: [],
    recipe,
  };
}

/** Throws `bad-option` or `bad-data` where a training can't go on from the state as it is told to. */
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
      `The training is in epoch ${epoch} already, so that ${epochs} epochs are too few to go on with.`,
      { epochs, epoch },
    );
  }
  const { batchSize, data } = recipe;
  const steps = Math.ceil(data.images / batchSize);
  const fits =
    epoch >= 1 &&
    (history.length === epoch - 1 || (history.length === epoch && step === steps)) &&
    step <= steps &&
    totals.images === Math.min(step * batchSize, data.images) &&
    optimizer.step === (epoch - 1) * steps + step &&
    String(Object.keys(optimizer.slots)) === String(slotNames[recipe.optimizer.kind]) &&
    Object.values(optimizer.slots).every((slot) => sameShapes(slot, weights));
  if (fits) return;
  throw new ResNetError(
    'bad-data',
    `The state of the training contradicts itself (epoch ${epoch}, step ${step} of ${steps}, ${optimizer.step} steps in all): it can't go on.`,
    { epoch, step, steps },
  );
}

function checkRecipe(before: Recipe, now: Recipe): void {
  for (const key of ['data', 'validation'] as const) {
    if (same(before[key], now[key])) continue;
    const what = key === 'data' ? 'images to train on' : 'images to validate on';
    throw new ResNetError(
      'bad-data',
      `These are not the ${what} that the training began with: there were ${known(before[key])}, and now there are ${known(now[key])}. Give the same ones, in the same order.`,
      { before: before[key], now: now[key] },
    );
  }
  for (const key of Object.keys(now) as (keyof Recipe)[]) {
    if (same(before[key], now[key]) || (key === 'epochs' && now.schedule === 'constant')) continue;
    const why = key === 'epochs' ? `: its learning rate follows a ${now.schedule} over all of them` : '';
    throw new ResNetError(
      'bad-option',
      `The training began with ${key} ${JSON.stringify(before[key])}, and can't go on with ${JSON.stringify(now[key])}${why}.`,
      { option: key },
    );
  }
}

function known(data: Fingerprint | null): string {
  return data === null ? 'none' : `${data.images} with labels of checksum ${data.labels}`;
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
