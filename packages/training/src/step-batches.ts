import { RandomGenerator } from '@resnetjs/core';
import { augmented, batches, type Dataset, mixBatch } from '@resnetjs/data';
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
  readonly order: Uint32Array;
}

/** The images of an epoch's steps, augmented and mixed as the recipe says. */
export async function* stepBatches(
  data: Dataset,
  { recipe, epoch, step: first, order, augmentImages: run }: StepBatchesOptions,
): AsyncGenerator<StepImages, void, void> {
  const { batchSize, accumulate = 1, seed, augment = [], mixing } = recipe;
  const { shape } = data;
  const images = augmented(data, { augment, seed, epoch, ...(run && { run }) });
  let step = first;
  let random = RandomGenerator.stateless(seed, MIXING_STREAM + step);
  let group: StepBatch[] = [];
  let end = 0;
  for await (const batch of batches(images, { batchSize, order })) {
    group.push(mixing ? { ...batch, ...mixBatch({ ...batch, shape }, mixing, random) } : batch);
    ({ end } = batch);
    if (group.length < accumulate) continue;
    yield { batches: group, end };
    group = [];
    random = RandomGenerator.stateless(seed, MIXING_STREAM + ++step);
  }
  if (group.length > 0) yield { batches: group, end };
}
