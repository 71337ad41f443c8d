import { type Classifier, disposeMap, RandomGenerator } from '@resnetjs/core';
import { batches, type Dataset } from '@resnetjs/data';
import { breathe } from './breathe.js';
import { prepareImages } from './images.js';
import { StatisticsEstimate } from './statistics.js';
import type { TrainEvent } from './train-events.js';

/** Of the streams under a seed, those that order images for statistics: one an epoch, from there on. */
const STATISTICS_STREAM = 5 * 2 ** 32;

/** Replaces the running statistics by those of up to `batchLimit` random training batches under the weights as they are. */
export async function* estimateStatistics(
  classifier: Classifier,
  data: Dataset,
  options: { batchSize: number; batchLimit: number; seed: number; epoch: number },
): AsyncGenerator<TrainEvent, void, void> {
  const { batchSize, batchLimit, seed, epoch } = options;
  const count = data.labels.length;
  const full = Math.max(1, Math.floor(count / batchSize));
  const batchCount = Math.min(full, batchLimit);
  const order = RandomGenerator.stateless(seed, STATISTICS_STREAM + epoch).permutation(count);
  const estimate = new StatisticsEstimate(classifier.network);
  try {
    let batch = 0;
    for await (const { images } of batches(data, {
      batchSize,
      order: order.slice(0, batchCount * batchSize),
    })) {
      const prepared = prepareImages(classifier, images);
      try {
        estimate.add(classifier.variables, prepared);
      } finally {
        prepared.dispose();
      }
      batch++;
      yield { event: 'statistics', epoch, batch, batches: batchCount };
      await breathe();
    }
    if (batch === 0) return; // no image could be read any more
    const { weights, statistics } = classifier.variables;
    classifier.variables = { weights, statistics: estimate.result() };
    disposeMap(statistics);
  } finally {
    estimate.dispose();
  }
}
