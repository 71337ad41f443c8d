import { register } from '@resnetjs/backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkGolden } from './check-golden.js';
import { readGolden, thinNames } from './golden.js';

describe('thin networks of the family agree with where they come from, on Wasm', () => {
  beforeAll(async () => {
    await register();
  });

  it.each(thinNames)('%s', async (name) => {
    const before = tf.memory().numTensors;
    const checks = await checkGolden(readGolden(name, 'thin'));
    expect(checks.filter(({ passed }) => !passed).map(({ message }) => message)).toEqual([]);
    expect(tf.memory().numTensors).toBe(before);
  });
});
