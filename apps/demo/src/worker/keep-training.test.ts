import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Runner } from './lane.js';
import type { FromWorker, TrainingOrder } from './protocol.js';

const order: TrainingOrder = {
  data: { kind: 'signs', size: 16, count: 60 },
  network: { name: 'preact/resnet', blocks: 1, normalized: true },
  lanes: ['residual'],
  recipe: { epochs: 1, batchSize: 4, learningRate: 1e-3, schedule: 'constant', seed: 0 },
};

describe('Keeper', () => {
  const told: FromWorker[] = [];
  beforeEach(() => {
    told.length = 0;
    vi.stubGlobal('self', { postMessage: (message: FromWorker) => told.push(message) });
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('tells of a checkpoint that can’t be made, and lets the training go on', async () => {
    const { Keeper } = await import('./keep-training.js');
    const unmakeable = {
      get classifier() {
        throw new Error('no cryptography here');
      },
    };
    await new Keeper(order).save([{ checkpoint: unmakeable } as unknown as Runner], 10, 20);
    expect(told).toEqual([
      { event: 'save-failed', message: expect.stringContaining('no cryptography here') },
    ]);
  });
});
