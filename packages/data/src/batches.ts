import { ResNetError } from '@resnetjs/core/network';
import { checkIndices, checkInteger } from './check-dataset.js';
import type { Dataset } from './dataset.js';

/** Options of `batches`. */
export interface BatchesOptions {
  /** Images per batch. */
  readonly batchSize: number;
  /** Indices of the images to read, in this order: a permutation shuffles. Default: all images, first to last. */
  readonly order?: ArrayLike<number>;
  /** Whether to leave out a last batch of fewer than `batchSize` images. Default: false. */
  readonly dropLast?: boolean;
}

/** Images of a dataset, with their labels. */
export interface Batch {
  /** `[batch, height, width, channels]`, RGB, 0 to 255. */
  readonly images: Uint8Array;
  /** `[batch]` */
  readonly labels: Uint16Array;
  /** Which images of the dataset these are: `[batch]`. */
  readonly indices: Uint32Array;
  /** The position in the order after this batch: as many images were asked for, those that can't be read included. */
  readonly end: number;
}

/**
 * Iterates over a dataset in batches, reading the next one while the current one is in use. Broken images are left out, so
 * that a batch may be smaller than `batchSize`; an empty one is skipped. Throws `bad-option`, `bad-data` where `read` gives other
 * than the images that were asked for, and whatever reading throws.
 *
 * @example
 * const order = RandomGenerator.stateless(0).permutation(images.labels.length);
 * for await (const { images: pixels, labels } of batches(images, { batchSize: 32, order })) {
 *   console.log(pixels.length, labels);
 * }
 */
export async function* batches(
  dataset: Dataset,
  options: BatchesOptions,
): AsyncGenerator<Batch, void, undefined> {
  const { batchSize, dropLast = false } = options;
  checkInteger('batchSize', batchSize, 1);
  const all = options.order ?? Array.from(dataset.labels.keys());
  checkIndices(all, dataset.labels.length);
  const order = Uint32Array.from(all);
  const end = dropLast ? order.length - (order.length % batchSize) : order.length;
  const read = (start: number): Promise<Batch> | null => {
    if (start >= end) return null;
    const until = Math.min(start + batchSize, end);
    const indices = order.slice(start, until);
    const labels = Uint16Array.from(indices, (index) => dataset.labels[index] as number);
    const batch = dataset
      .read(indices)
      .then((images) => withoutBroken(dataset, { images, labels, indices, end: until }));
    batch.catch(() => {}); // thrown where it is awaited; never unhandled if the loop is left early
    return batch;
  };
  let next = read(0);
  for (let start = batchSize; next; start += batchSize) {
    const batch: Batch = await next;
    next = read(start);
    if (batch.labels.length > 0) yield batch;
  }
}

function withoutBroken(dataset: Dataset, batch: Batch): Batch {
  const { images, labels, indices, end } = batch;
  const [height, width, channels] = dataset.shape;
  const expected = indices.length * height * width * channels;
  if (images.length !== expected) {
    const message = `The dataset's read gave ${images.length} levels for ${indices.length} images of ${height}×${width}×${channels}; it must give ${expected}.`;
    throw new ResNetError('bad-data', message, { length: images.length, expected });
  }
  const kept = [...indices.keys()].filter((position) => !dataset.isBroken?.(indices[position] as number));
  if (kept.length === indices.length) return batch;
  const size = images.length / indices.length;
  const rest = new Uint8Array(kept.length * size); // [kept, height, width, channels]
  kept.forEach((position, i) => {
    rest.set(images.subarray(position * size, (position + 1) * size), i * size);
  });
  return {
    images: rest,
    labels: Uint16Array.from(kept, (position) => labels[position] as number),
    indices: Uint32Array.from(kept, (position) => indices[position] as number),
    end,
  };
}
