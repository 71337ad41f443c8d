import { conformanceCases, publishedResults, reproduce, runConformance } from '@resnetjs/parity';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { register } from './index.js';
import { describeNative } from './native.test-support.js';

describeNative('native TensorFlow', () => {
  beforeAll(() => register());

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
