import { RandomGenerator } from '@resnetjs/core';
import { augmented, batches, type Dataset, mixBatch, subset } from '@resnetjs/data';
import type { Recipe } from '@resnetjs/recipe';
import type { StepBatch } from './step-sum.js';
import type { TrainOptions } from './train-options.js';

/** The first of the random streams that mix batches: one stream per step. */
const MIXING_STREAM = 8 * 2 ** 32;

/** A step's images. */
export interface StepImages {
  /** Those whose gradients are added up. */
  readonly batches: readonly StepBatch[];
  /** The position in the order after them. */
  readonly end: number;
}

interface StepBatchesOptions extends Pick<TrainOptions, 'augmentImages'> {
  readonly recipe: Recipe;
  readonly epoch: number;
  /** Of the first of these steps, over all epochs. */
  readonly step: number;
  /** The epoch's images. */
  readonly order: Uint32Array;
  /** The position in the order to begin at. Default: 0. */
  readonly from?: number;
}

/** The images of an epoch's steps, augmented and mixed as the recipe says. */
export async function* stepBatches(
  data: Dataset,
  { recipe, epoch, step: first, order, from = 0, augmentImages: run }: StepBatchesOptions,
): AsyncGenerator<StepImages, void, void> {
  const { batchSize, accumulate = 1, seed, augment = [], mixing, sampling } = recipe;
  const { shape } = data;
  // Augmentation goes by index: where images may come again, each time has one of its own.
  const comesAgain = sampling === 'balanced' && augment.length > 0;
  const shown = comesAgain ? subset(data, order) : data;
  const indices = comesAgain ? order.map((_, place) => place) : order;
  const images = augmented(shown, { augment, seed, epoch, ...(run && { run }) });
  let step = first;
  let random = RandomGenerator.stateless(seed, MIXING_STREAM + step);
  let group: StepBatch[] = [];
  let end = 0;
  for await (const batch of batches(images, { batchSize, order: indices.subarray(from) })) {
    group.push(mixing ? { ...batch, ...mixBatch({ ...batch, shape }, mixing, random) } : batch);
    end = from + batch.end;
    if (group.length < accumulate) continue;
    yield { batches: group, end };
    group = [];
    random = RandomGenerator.stateless(seed, MIXING_STREAM + ++step);
  }
  if (group.length > 0) yield { batches: group, end };
}
