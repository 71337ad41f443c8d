import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Runner } from './runner.js';
import type { FromWorker, TrainingConfig } from './protocol.js';

const config: TrainingConfig = {
  data: { kind: 'signs', size: 16, count: 60 },
  network: { name: 'preact/resnet', blocks: 1, normalized: true },
  from: null,
  variants: ['residual'],
  recipe: { epochs: 1, batchSize: 4, learningRate: 1e-3, schedule: 'constant', seed: 0 },
};

describe('CheckpointWriter', () => {
  const messages: FromWorker[] = [];
  beforeEach(() => {
    messages.length = 0;
    vi.stubGlobal('self', { postMessage: (message: FromWorker) => messages.push(message) });
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('reports a checkpoint that can’t be made, and lets the training continue', async () => {
    const { CheckpointWriter } = await import('./saved-training.js');
    const failing = {
      get classifier() {
        throw new Error('no cryptography here');
      },
    };
    await new CheckpointWriter(config, 'webgl').save([{ checkpoint: failing } as unknown as Runner], 10, 20);
    expect(messages).toEqual([
      { event: 'save-failed', message: expect.stringContaining('no cryptography here') },
    ]);
  });
});
