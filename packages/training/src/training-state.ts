import { disposeVariables, RandomGenerator, ResNetError, type TensorMap } from '@resnetjs/core';
import { compareNames, contentHash, type Dataset } from '@resnetjs/data';
import {
  type Checkpoint,
  type DatasetFingerprint,
  type Recipe,
  spansAllEpochs,
  type TrainingProgress,
  type TrainingState,
} from '@resnetjs/recipe';
import { allSlots, disposeOptimizerState } from './optimizer.js';
import { sharedMap } from './shared.js';

/** A checkpoint with tensors of its own that share the values' memory; they stay as they are while training continues. */
export function holdCheckpoint({ classifier, state }: Checkpoint): Checkpoint {
  const { weights, statistics } = classifier.variables;
  const { step, slots } = state.optimizer;
  const held = Object.entries(slots).map(([name, slot]) => [name, sharedMap(slot)] as const);
  return {
    classifier: {
      ...classifier,
      variables: { weights: sharedMap(weights), statistics: sharedMap(statistics) },
    },
    state: { ...state, optimizer: { step, slots: Object.fromEntries(held) } },
  };
}

/** Disposes of all of a checkpoint's tensors, those of its classifier included. */
export function disposeCheckpoint({ classifier, state }: Checkpoint): void {
  disposeVariables(classifier.variables);
  disposeOptimizerState(state.optimizer);
}

/** What a dataset is recognized by. */
export async function fingerprint(dataset: Dataset): Promise<DatasetFingerprint> {
  const { labels } = dataset;
  const known = { images: labels.length, labels: checksum(labels) };
  const identities = await dataset.identify?.();
  if (identities === undefined) return known;
  const contents = identities.map(({ content }) => content);
  const labelled = contents.map((content, index) => `${labels[index]} ${content}`);
  const content = { ordered: hashOf(contents), unordered: hashOf(labelled.sort(compareNames)) };
  return { ...known, content };
}

function checksum(labels: Uint16Array): string {
  let hash = 0x811c9dc5;
  for (const label of labels) {
    for (const byte of [label & 0xff, label >> 8]) hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}

function hashOf(texts: readonly string[]): string {
  return contentHash(new TextEncoder().encode(texts.join('\n')));
}

/** The random stream that shuffles images. */
const SHUFFLE_STREAM = 4 * 2 ** 32;

/** A recipe, and what its images are recognized by. */
export type Start = Pick<TrainingProgress, 'recipe' | 'data' | 'validation'>;

/** The generator that shuffles the first epoch's images. */
export function firstGenerator({ seed }: Pick<Recipe, 'seed'>): TrainingProgress['order'] {
  return RandomGenerator.stateless(seed, SHUFFLE_STREAM).state();
}

/** The progress before the first step. */
export function firstProgress(start: Start): TrainingProgress {
  return {
    epoch: 1,
    step: 0,
    position: 0,
    order: firstGenerator(start.recipe),
    totals: { loss: 0, correct: 0, images: 0 },
    history: [],
    ...start,
  };
}

/** Throws `bad-option` or `bad-data` unless a training can resume from the state. `learned`: the weights that it learns. */
export function checkResumed({ optimizer, progress }: TrainingState, learned: TensorMap, start: Start): void {
  checkImages(progress, start);
  checkRecipe(progress.recipe, start.recipe);
  const { recipe, data } = start;
  const { epochs, batchSize, accumulate = 1 } = recipe;
  const { epoch, step, position, history, totals } = progress;
  if (epochs < epoch) {
    throw new ResNetError(
      'bad-option',
      `The training is already in epoch ${epoch}, so it can't resume with epochs ${epochs}. Ask for at least ${epoch}.`,
      { epochs, epoch },
    );
  }
  const imagesPerStep = batchSize * accumulate;
  const steps = Math.ceil(data.images / imagesPerStep);
  const fits =
    epoch >= 1 &&
    (history.length === epoch - 1 || (history.length === epoch && position === data.images)) &&
    (position % batchSize === 0 || position === data.images) &&
    position <= data.images &&
    // Images that can't be read are missing from a step, and one without any is not taken.
    step <= Math.ceil(position / batchSize) &&
    totals.images >= step &&
    totals.images <= Math.min(step * imagesPerStep, position) &&
    optimizer.step >= epoch - 1 + step &&
    optimizer.step <= (epoch - 1) * steps + step &&
    String(Object.keys(optimizer.slots)) === String(allSlots(recipe)) &&
    Object.values(optimizer.slots).every((slot) => sameShapes(slot, learned));
  if (fits) return;
  throw new ResNetError(
    'bad-data',
    `The training's state contradicts itself (epoch ${epoch}, step ${step} of ${steps}, ${optimizer.step} steps in total), so it can't resume.`,
    { epoch, step, steps },
  );
}

function checkImages(before: Start, now: Start): void {
  for (const key of ['data', 'validation'] as const) {
    const difference = differenceOf(before[key], now[key]);
    if (difference === null) continue;
    const what = key === 'data' ? 'training' : 'validation';
    throw new ResNetError(
      'bad-data',
      `The ${what} images are not those that the training began with: ${difference}. Resume with the same images, or start a new training.`,
      { before: before[key], now: now[key] },
    );
  }
}

/** In words; null if there is none. */
function differenceOf(before: DatasetFingerprint | null, now: DatasetFingerprint | null): string | null {
  const [had, has] = [before?.images ?? 0, now?.images ?? 0];
  if (before === null || now === null || had !== has) {
    return before === now ? null : `there were ${had || 'none'}, and now there are ${has || 'none'}`;
  }
  const known = before.content !== undefined && now.content !== undefined;
  if (known && before.content?.unordered === now.content?.unordered) {
    return before.content?.ordered === now.content?.ordered
      ? null
      : 'they are the same, but in another order, as after files were renamed';
  }
  if (before.labels !== now.labels) return 'the classes of some, or their order, are others';
  return known ? 'some have other content, or are in another class' : null;
}

function checkRecipe(before: Recipe, now: Recipe): void {
  for (const key of new Set([...Object.keys(before), ...Object.keys(now)]) as Set<keyof Recipe>) {
    if (same(before[key], now[key]) || (key === 'epochs' && !spansAllEpochs(now.schedule))) continue;
    const { schedule } = now;
    const name = typeof schedule === 'string' ? schedule : schedule.kind;
    const why = key === 'epochs' ? `: its ${name} learning-rate schedule spans all of them` : '';
    const words = (value: unknown) => (value === undefined ? 'none' : JSON.stringify(value));
    throw new ResNetError(
      'bad-option',
      `The training began with ${key} ${words(before[key])} and can't resume with ${words(now[key])}${why}.`,
      { option: key },
    );
  }
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
