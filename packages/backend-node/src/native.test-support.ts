import * as tf from '@tensorflow/tfjs-core';
import { describe, expect } from 'vitest';
import { locateNative } from './locate.js';

const found = locateNative();

/** Whether native TensorFlow is here; `npm test` installs it, and says why where it can't. */
export const installed = found.native !== null;

/** A group of tests that need it: where it isn't, they are skipped, and the name says why. */
export const describeNative = (name: string, tests: () => void) =>
  describe.skipIf(!installed)(installed ? name : `${name} (native TensorFlow is not installed)`, tests);

export function tensor(values: Float64Array, shape: readonly number[] = [values.length]): tf.Tensor {
  return tf.tensor(Float32Array.from(values), [...shape]);
}

/** A kernel's outputs, read; no tensor is left, neither of TensorFlow.js nor of TensorFlow. */
export function run(name: string, inputs: Record<string, tf.Tensor>, attrs: object = {}): Float32Array[] {
  const before = tf.memory();
  const output = tf.engine().runKernel(name, { ...inputs }, attrs as tf.NamedAttrMap);
  const outputs = [output].flat() as tf.Tensor[];
  const values = outputs.map((each) => each.dataSync() as Float32Array);
  tf.dispose(outputs);
  expect(tf.memory().numTensors).toBe(before.numTensors);
  expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
  return values;
}

/** ‖actual − expected‖ ≤ limit·‖expected‖; a NaN or an infinity never passes. */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, limit: number): void {
  expect(actual.length).toBe(expected.length);
  let error = 0;
  let norm = 0;
  for (let i = 0; i < actual.length; i++) {
    if (!Number.isFinite(actual[i])) expect.fail(`element ${i} is ${actual[i]}`);
    error += (actual[i]! - expected[i]!) ** 2;
    norm += expected[i]! ** 2;
  }
  expect(Math.sqrt(error)).toBeLessThanOrEqual(limit * Math.sqrt(norm));
}

/** Numbers that float32 holds exactly, from a seed (mulberry32), between mean − spread and mean + spread. */
export function draw(count: number, seed: number, mean = 0, spread = 1): Float64Array {
  let state = seed >>> 0;
  return Float64Array.from({ length: count }, () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.fround(mean + spread * (2 * (((t ^ (t >>> 14)) >>> 0) / 2 ** 32) - 1));
  });
}
