import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { register } from './index.js';

const production = tf.env().get('PROD');
beforeAll(() => register());

interface Attributes {
  readonly strides: [number, number];
  readonly pad: 'valid' | 'same' | number;
  readonly filterShape: number[];
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly dimRoundingMode?: 'floor' | 'ceil';
}

function filterGradient(x: tf.Tensor, dy: tf.Tensor, attributes: Attributes): number[] {
  const attrs = { dataFormat: 'NHWC', ...attributes } as unknown as tf.NamedAttrMap;
  const gradient = tf.engine().runKernel(tf.Conv2DBackpropFilter, { x, dy }, attrs) as tf.Tensor;
  expect(gradient.shape).toEqual(attributes.filterShape);
  const values = [...gradient.dataSync()];
  gradient.dispose();
  return values;
}

it('adds up in float64, where float32 loses all but the largest', () => {
  const x = tf.tensor4d([2 ** 30, 1, -(2 ** 30), 0.5], [1, 1, 4, 1]);
  const dy = tf.ones([1, 1, 4, 1]);
  const attributes: Attributes = { strides: [1, 1], pad: 'valid', filterShape: [1, 1, 1, 1] };
  expect(filterGradient(x, dy, attributes)).toEqual([1.5]);
  tf.dispose([x, dy]);
});

it('takes an output of which the size was rounded up', () => {
  // Three pixels, a window of 2 with stride 2: a second window reaches beyond the image.
  const x = tf.tensor4d([1, 2, 4], [1, 3, 1, 1]);
  const dy = tf.tensor4d([10, 100], [1, 2, 1, 1]);
  const attributes: Attributes = {
    strides: [2, 1],
    pad: 0,
    filterShape: [2, 1, 1, 1],
    dimRoundingMode: 'ceil',
  };
  expect(filterGradient(x, dy, attributes)).toEqual([1 * 10 + 4 * 100, 2 * 10]);
  tf.dispose([x, dy]);
});

it('leaves channels first to TensorFlow.js', () => {
  const x = tf.tensor4d([1, 2, 3, 4, 5, 6], [1, 2, 1, 3]); // two channels of three pixels
  const dy = tf.tensor4d([1, 10, 100], [1, 1, 1, 3]);
  const attributes: Attributes = {
    strides: [1, 1],
    pad: 'valid',
    filterShape: [1, 1, 2, 1],
    dataFormat: 'NCHW',
  };
  expect(filterGradient(x, dy, attributes)).toEqual([321, 654]);
  tf.dispose([x, dy]);
});

it('starts again after its backend was removed, and leaves the flags as they were', async () => {
  expect(tf.env().get('PROD')).toBe(production);
  tf.removeBackend('cpu');
  await register();
  expect(tf.env().get('PROD')).toBe(production);
  const [x, dy] = [tf.tensor4d([3], [1, 1, 1, 1]), tf.tensor4d([5], [1, 1, 1, 1])];
  const attributes: Attributes = { strides: [1, 1], pad: 'same', filterShape: [1, 1, 1, 1] };
  expect(filterGradient(x, dy, attributes)).toEqual([15]);
  tf.dispose([x, dy]);
});
