import {
  type Classifier,
  disposeTensors,
  type ParameterId,
  parameters,
  RandomGenerator,
} from '@resnetjs/core';
import { batches } from '@resnetjs/data';
import { breathe } from './breathe.js';
import type { Inputs } from './network-inputs.js';
import { shared } from './shared.js';
import { StatisticsEstimate } from './statistics.js';
import type { TrainEvent } from './train-events.js';

/** The first of the random streams that order images for statistics: one stream per epoch. */
const STATISTICS_STREAM = 5 * 2 ** 32;
/** The first of those that dropout takes meanwhile: one stream per epoch, too. */
const STATISTICS_DROPOUT_STREAM = 7 * 2 ** 32;

interface EstimateOptions {
  readonly batchSize: number;
  readonly batchLimit: number;
  readonly seed: number;
  readonly epoch: number;
  /** The weights that are learned: a normalization without them keeps its statistics. */
  readonly learned: ReadonlySet<ParameterId>;
}

/** Replaces the running statistics by precise ones, over up to `batchLimit` random training batches under the current weights. */
export async function* estimateStatistics(
  classifier: Classifier,
  { data, network, inputOf }: Inputs,
  options: EstimateOptions,
): AsyncGenerator<TrainEvent, void, void> {
  const { batchSize, batchLimit, seed, epoch, learned } = options;
  // Without a normalization that learns, all statistics stay as they are.
  if (!parameters(network).some(({ id, op }) => op === 'norm' && learned.has(id))) return;
  const count = data.labels.length;
  const full = Math.max(1, Math.floor(count / batchSize));
  const batchCount = Math.min(full, batchLimit);
  const order = RandomGenerator.stateless(seed, STATISTICS_STREAM + epoch).permutation(count);
  const random = RandomGenerator.stateless(seed, STATISTICS_DROPOUT_STREAM + epoch);
  const estimate = new StatisticsEstimate(network, { learned, random });
  try {
    let batch = 0;
    for await (const each of batches(data, {
      batchSize,
      order: order.slice(0, batchCount * batchSize),
    })) {
      const input = inputOf(each); // [batch, height, width, channels]
      try {
        estimate.add(classifier.variables, input);
      } finally {
        input.dispose();
      }
      batch++;
      yield { event: 'progress', of: 'statistics', epoch, batch, batches: batchCount };
      await breathe();
    }
    if (batch === 0) return; // no image can be read any more
    const { weights, statistics } = classifier.variables;
    const estimated = estimate.result();
    const all = [...statistics].map(([id, old]) => [id, estimated.get(id) ?? shared(old)] as const);
    classifier.variables = { weights, statistics: new Map(all) };
    disposeTensors(statistics);
  } finally {
    estimate.dispose();
  }
}
