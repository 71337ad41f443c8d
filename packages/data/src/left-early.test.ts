import { expect, it } from 'vitest';
import { batches } from './batches.js';
import type { Dataset } from './dataset.js';

const dataset: Dataset = {
  classes: ['a', 'b'],
  shape: [1, 1, 3],
  labels: Uint16Array.of(0, 1, 0, 1),
  read: async (indices) => {
    if (Array.from(indices).includes(2)) throw new Error('image 2 is broken');
    return new Uint8Array(3 * indices.length);
  },
};

it('a batch that was read ahead and never asked for fails silently', async () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown) => unhandled.push(error);
  process.on('unhandledRejection', note);
  try {
    for await (const { labels } of batches(dataset, { batchSize: 2 })) {
      expect(labels.length).toBe(2);
      break;
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).toEqual([]);
  } finally {
    process.off('unhandledRejection', note);
  }
});
