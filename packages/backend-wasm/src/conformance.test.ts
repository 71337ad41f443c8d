import { conformanceCases, publishedResults, reproduce, runConformance } from '@resnetjs/parity';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerAnew } from './reference.test-support.js';

describe.each([
  [1, 'stock'],
  [2, 'stock'],
  [2, 'own'],
] as const)('threads: %i, forward: %s', (threads, forward) => {
  beforeAll(() => registerAnew(threads, forward));

  it.each(publishedResults)('prints what was printed: $source, $call', async (published) => {
    const before = tf.memory().numTensors;
    const verdict = await reproduce(published);
    expect(verdict.passed, verdict.message).toBe(true);
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each(conformanceCases)('computes $name as float64 does', async (each) => {
    const { failures } = await runConformance(each);
    expect(failures).toEqual([]);
  });
});
