import { describe, expect, it } from 'vitest';
import { type Batch, batches } from './batches.js';
import { cached } from './cached.js';
import type { Dataset } from './dataset.js';

/** Seven images of one pixel whose red is their index, and a record of what was read. */
function dots() {
  const reads: number[][] = [];
  const dataset: Dataset = {
    classes: ['even', 'odd'],
    shape: [1, 1, 3],
    labels: Uint16Array.of(0, 1, 0, 1, 0, 1, 0),
    async read(indices) {
      reads.push(Array.from(indices));
      return Uint8Array.from(Array.from(indices).flatMap((index) => [index, 0, 0]));
    },
  };
  return { dataset, reads };
}

async function all(iterable: AsyncIterable<Batch>): Promise<Batch[]> {
  const found: Batch[] = [];
  for await (const batch of iterable) found.push(batch);
  return found;
}

describe('batches', () => {
  it('goes through the images in order, the last batch smaller', async () => {
    const found = await all(batches(dots().dataset, { batchSize: 3 }));
    expect(found.map(({ indices }) => [...indices])).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
    expect(found.map(({ labels }) => [...labels])).toEqual([[0, 1, 0], [1, 0, 1], [0]]);
    expect([...(found[1] as Batch).images]).toEqual([3, 0, 0, 4, 0, 0, 5, 0, 0]);
  });

  it('follows an order, and drops a last batch that is not full', async () => {
    const found = await all(
      batches(dots().dataset, { batchSize: 2, order: [6, 0, 5, 1, 4], dropLast: true }),
    );
    expect(found.map(({ indices }) => [...indices])).toEqual([
      [6, 0],
      [5, 1],
    ]);
    expect(await all(batches(dots().dataset, { batchSize: 9, dropLast: true }))).toEqual([]);
    expect(await all(batches(dots().dataset, { batchSize: 9, order: [] }))).toEqual([]);
  });

  it('reads one batch ahead, and no more', async () => {
    const { dataset, reads } = dots();
    for await (const { indices } of batches(dataset, { batchSize: 2 })) {
      expect(reads.length).toBe(Math.min(4, (indices[0] as number) / 2 + 2));
      if (indices[0] === 2) break;
    }
    expect(reads.length).toBe(3);
  });

  it('throws what reading throws, where the batch is due', async () => {
    const { dataset } = dots();
    const broken: Dataset = {
      ...dataset,
      read: async (indices) => {
        if (Array.from(indices).includes(3)) throw new Error('image 3 is broken');
        return dataset.read(indices);
      },
    };
    const iterator = batches(broken, { batchSize: 2 });
    expect((await iterator.next()).done).toBe(false);
    await expect(iterator.next()).rejects.toThrow('image 3 is broken');
  });

  it('says what is wrong', async () => {
    const { dataset } = dots();
    await expect(batches(dataset, { batchSize: 0 }).next()).rejects.toThrow(
      'batchSize must be a whole number of at least 1',
    );
    await expect(batches(dataset, { batchSize: 1, order: [7] }).next()).rejects.toThrow(
      'There is no image 7: images are 0 to 6.',
    );
  });
});

describe('cached', () => {
  it('reads an image once while there is room', async () => {
    const { dataset, reads } = dots();
    const kept = cached(dataset, 3 * 3);
    expect([...(await kept.read([2, 0, 2]))]).toEqual([2, 0, 0, 0, 0, 0, 2, 0, 0]);
    expect([...(await kept.read([1, 2, 4]))]).toEqual([1, 0, 0, 2, 0, 0, 4, 0, 0]);
    expect([...(await kept.read([4, 1]))]).toEqual([4, 0, 0, 1, 0, 0]);
    expect(reads).toEqual([[2, 0, 2], [1, 4], [4]]);
  });

  it('hands out copies', async () => {
    const kept = cached(dots().dataset);
    (await kept.read([5])).fill(99);
    expect([...(await kept.read([5]))]).toEqual([5, 0, 0]);
  });
});
