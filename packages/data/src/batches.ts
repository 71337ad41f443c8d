import { checkIndices, checkInteger } from './check-dataset.js';
import type { Dataset } from './dataset.js';

export interface BatchesOptions {
  readonly batchSize: number;
  /** Indices of the images to read, in this order; all of them, first to last, unless told. */
  readonly order?: ArrayLike<number>;
  /** Leaves out a last batch of fewer than `batchSize` images. */
  readonly dropLast?: boolean;
}

export interface Batch {
  /** [batch, height, width, channels], RGB, 0 to 255. */
  readonly images: Uint8Array;
  /** [batch] */
  readonly labels: Uint16Array;
  /** [batch]: which images of the dataset these are. */
  readonly indices: Uint32Array;
}

/**
 * Goes through a dataset batch by batch; while one batch is in use, the next is being read. Images that are lost are left
 * out of theirs, which are smaller then, or left out whole. Throws bad-option.
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
    const indices = order.slice(start, Math.min(start + batchSize, end));
    const labels = Uint16Array.from(indices, (index) => dataset.labels[index] as number);
    const batch = dataset.read(indices).then((images) => withoutLost(dataset, { images, labels, indices }));
    batch.catch(() => {}); // thrown where it is awaited; a reader that left early need not hear of it
    return batch;
  };
  let next = read(0);
  for (let start = batchSize; next; start += batchSize) {
    const batch: Batch = await next;
    next = read(start);
    if (batch.labels.length > 0) yield batch;
  }
}

function withoutLost(dataset: Dataset, batch: Batch): Batch {
  const { images, labels, indices } = batch;
  const kept = [...indices.keys()].filter((position) => !dataset.isLost?.(indices[position] as number));
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
  };
}
