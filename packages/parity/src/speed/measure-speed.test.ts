import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { measureSpeed, type SpeedWorkload } from './measure-speed.js';

beforeAll(() => tf.setBackend('cpu'));

const tiny: Omit<SpeedWorkload, 'task'> = { network: 'mlperf/resnet8', size: 8, batchSize: 2, classes: 3 };

it.each(['inference', 'training'] as const)('times %s, and leaves nothing behind', async (task) => {
  const before = tf.memory().numTensors;
  const runs: number[] = [];
  const reading = await measureSpeed(
    { ...tiny, task },
    {
      rounds: 4,
      onRun: (done, of) => runs.push(done / of),
    },
  );
  expect(reading.rounds).toHaveLength(4);
  const sorted = [...reading.rounds].sort((a, b) => a - b) as [number, number, number, number];
  expect(reading.median).toBeCloseTo((sorted[1] + sorted[2]) / 2, 9);
  expect(reading.first).toBeGreaterThan(0);
  expect(runs).toEqual([1, 2, 3, 4, 5, 6].map((done) => done / 6));
  expect(tf.memory().numTensors).toBe(before);
});

it('refuses to measure nothing', async () => {
  await expect(measureSpeed({ ...tiny, task: 'inference' }, { rounds: 0 })).rejects.toThrow(
    'rounds: expected',
  );
});

it('ends when it is aborted, and leaves nothing behind', async () => {
  const before = tf.memory().numTensors;
  const stop = new AbortController();
  const measuring = measureSpeed(
    { ...tiny, task: 'training' },
    { onRun: () => stop.abort(new Error('enough')), signal: stop.signal },
  );
  await expect(measuring).rejects.toThrow('enough');
  expect(tf.memory().numTensors).toBe(before);
});
