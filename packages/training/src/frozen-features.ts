import { batches, type Dataset } from '@resnetjs/data';
import * as tf from '@tensorflow/tfjs-core';
import { breathe } from './breathe.js';
import type { FrozenBody } from './frozen-body.js';
import type { Inputs } from './network-inputs.js';
import type { FeaturesEvent, TrainEvent } from './train-events.js';

interface KeepOptions {
  /** Which images these are. */
  readonly of: FeaturesEvent['of'];
  /** Whether they are others each time: augmented, or mixed. */
  readonly random: boolean;
  /** Bytes that their features may take. */
  readonly limit: number;
  readonly batchSize: number;
  readonly epoch: number;
  readonly signal: AbortSignal | undefined;
}

/** Images with their features: kept where they may be, and computed each time otherwise. Yields what it does, and its progress. */
export async function* frozenFeatures(
  body: FrozenBody,
  data: Dataset,
  { of, random, limit, batchSize, epoch, signal }: KeepOptions,
): AsyncGenerator<TrainEvent, Inputs, void> {
  const computed = body.inputs(data);
  const images = data.labels.length;
  const bytes = images * body.size * Float32Array.BYTES_PER_ELEMENT;
  const why = random ? 'random' : bytes > limit ? 'memory' : null;
  yield { event: 'features', of, images, bytes, kept: why === null, why };
  if (why !== null) return computed;
  const kept = new Map<number, Float32Array>();
  const total = Math.ceil(images / batchSize);
  let batch = 0;
  for await (const each of batches(data, { batchSize })) {
    if (signal?.aborted) return computed;
    const features = computed.inputOf(each);
    try {
      const values = (await features.data()) as Float32Array; // [batch, …]
      for (const [row, index] of each.indices.entries()) {
        kept.set(index, values.slice(row * body.size, (row + 1) * body.size));
      }
    } finally {
      features.dispose();
    }
    yield { event: 'progress', of: 'features', epoch, batch: ++batch, batches: total };
    await breathe();
  }
  return keptInputs(body, data, kept);
}

function keptInputs(body: FrozenBody, data: Dataset, kept: ReadonlyMap<number, Float32Array>): Inputs {
  const { rest, size } = body;
  return {
    // Nothing is decoded any more; which images are broken is known.
    data: { ...data, shape: [1, 1, 1], read: async (indices) => new Uint8Array(indices.length) },
    network: rest,
    inputOf({ indices }) {
      const values = new Float32Array(indices.length * size);
      for (const [row, index] of indices.entries()) values.set(kept.get(index) as Float32Array, row * size);
      return tf.tensor(values, [indices.length, ...rest.input]);
    },
    bytes: kept.size * size * Float32Array.BYTES_PER_ELEMENT,
  };
}
