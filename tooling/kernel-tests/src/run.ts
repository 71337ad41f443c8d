import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

/** Runs a kernel and reads its outputs; expects that it leaks no tensor. */
export function run(
  name: string,
  inputs: Record<string, tf.Tensor>,
  attributes: object = {},
): Float32Array[] {
  const before = tf.memory();
  const output = tf.engine().runKernel(name, { ...inputs }, attributes as tf.NamedAttrMap);
  const outputs = [output].flat() as tf.Tensor[];
  const values = outputs.map((each) => each.dataSync() as Float32Array);
  tf.dispose(outputs);
  expect(tf.memory().numTensors).toBe(before.numTensors);
  expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
  return values;
}
