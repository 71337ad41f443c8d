import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { type KerasMode, preprocessInput } from './preprocess-input.js';

beforeAll(() => tf.setBackend('cpu'));

// By Keras 3.15.1: preprocess_input(numpy.array([[[0, 128, 255], [10, 20, 30]]], 'float32'), mode=…)
const levels = [0, 128, 255, 10, 20, 30];
const expected: Readonly<Record<KerasMode, readonly number[]>> = {
  caffe: [151.061, 11.221001, -123.68, -73.939, -96.779, -113.68],
  tf: [-1.0, 0.003921628, 1.0, -0.92156863, -0.84313726, -0.7647059],
  torch: [-2.117904, 0.2051822, 2.64, -1.9466565, -1.6855742, -1.2815686],
};
const modes = Object.keys(expected) as KerasMode[];

/** Single-precision steps in another order than Keras's. */
const closeTo = (found: ArrayLike<number>, values: readonly number[]) => {
  expect(found.length).toBe(values.length);
  values.forEach((value, i) => {
    expect(Math.abs((found[i] as number) - value)).toBeLessThan(2e-7 * Math.max(1, Math.abs(value)));
  });
};

describe.each(modes)("preprocessInput equals Keras's: %s", (mode) => {
  it.each([
    ['bytes', Uint8Array.from(levels)],
    ["a canvas's bytes", Uint8ClampedArray.from(levels)],
    ['floats', Float32Array.from(levels)],
    ['a list', levels],
  ])('of %s, which it leaves as they are', (_, images) => {
    const result = preprocessInput(images, mode);
    expect(result).toBeInstanceOf(Float32Array);
    closeTo(result, expected[mode]);
    expect([...images]).toEqual(levels);
  });

  it('of tensors of three and four axes, of any type', () => {
    const before = tf.memory().numTensors;
    for (const dtype of ['int32', 'float32'] as const) {
      const image = tf.tensor3d(levels, [1, 2, 3], dtype);
      const batch = tf.tensor4d([...levels, ...levels], [2, 1, 2, 3], dtype);
      const [one, two] = [preprocessInput(image, mode), preprocessInput(batch, mode)];
      expect([one.dtype, one.shape, two.shape]).toEqual(['float32', [1, 2, 3], [2, 1, 2, 3]]);
      closeTo(one.dataSync(), expected[mode]);
      closeTo(two.dataSync(), [...expected[mode], ...expected[mode]]);
      expect([...image.dataSync()]).toEqual(levels);
      tf.dispose([image, batch, one, two]);
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});

it("is mode 'caffe' unless another is given, as in Keras", () => {
  expect(preprocessInput(levels)).toEqual(preprocessInput(levels, 'caffe'));
});

it('refuses other modes and channels, and leaves no tensors', () => {
  // biome-ignore lint/suspicious/noExplicitAny: a wrong type is what this is about
  expect(() => preprocessInput(levels, 'keras' as any)).toThrow(
    'mode is "keras"; it must be one of caffe, tf, torch',
  );
  expect(() => preprocessInput([1, 2, 3, 4])).toThrow('not 4 levels');
  const before = tf.memory().numTensors;
  for (const shape of [[6], [2, 3], [1, 1, 2, 1, 3], [3, 1, 2], [1, 3, 1, 2]]) {
    const images = tf.tensor(levels, shape);
    expect(() => preprocessInput(images)).toThrow(`not a tensor of [${shape.join(', ')}]`);
    images.dispose();
  }
  expect(tf.memory().numTensors).toBe(before);
});
