import type { ImageBatch, ImageBatchOptions } from '@resnetjs/core/images';
import { checkIndices } from './check-dataset.js';

type Read = (start: number, end: number) => Promise<Omit<ImageBatch, 'ids'>>;

/** The batches of an `ImageSource`: `ahead` of them are read while one is used. Throws what `read` throws, where it comes up. */
export async function* batchesAhead(
  ids: readonly string[],
  { batchSize, from = 0, to = ids.length }: Pick<ImageBatchOptions, 'batchSize' | 'from' | 'to'>,
  ahead: number,
  read: Read,
): AsyncGenerator<ImageBatch, void, void> {
  if (from < to) checkIndices([from, to - 1], ids.length);
  const waiting: Promise<ImageBatch>[] = [];
  let next = from;
  while (next < to || waiting.length > 0) {
    for (; next < to && waiting.length <= ahead; next += batchSize) {
      const [start, end] = [next, Math.min(next + batchSize, to)];
      const batch = read(start, end).then((images) => ({ ids: ids.slice(start, end), ...images }));
      batch.catch(() => {}); // it throws where it is awaited, unless the reader has left before
      waiting.push(batch);
    }
    yield (await waiting.shift()) as ImageBatch;
  }
}
