// Gradients of convolutions of volumes, and their max pooling.
import { convolution3dGradients, expectClose, maxPooling3d, sample, tensor } from '@resnetjs/kernel-tests';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { register } from './index.js';

type Triple = [depth: number, height: number, width: number];
interface Case {
  batch: number;
  size: Triple;
  channels: [into: number, out: number];
  window: Triple;
  strides: Triple;
  pad: 'same' | 'valid';
}

beforeAll(async () => {
  await register();
});

const upTo = (most: number) => fc.integer({ min: 1, max: most });
const triple = (most: number) => fc.tuple(upTo(most), upTo(most), upTo(most));
const cases = fc.record<Case>({
  ...{
    batch: upTo(3),
    size: triple(6),
    channels: fc.tuple(upTo(9), upTo(9)),
    window: triple(4),
    strides: triple(3),
  },
  pad: fc.constantFrom('same' as const, 'valid' as const),
});
const properties = { numRuns: 100, seed: 20150507 };

function runKernel(name: string, inputs: Record<string, tf.Tensor>, attrs: Record<string, unknown>) {
  return tf.engine().runKernel(name, inputs, attrs as never) as tf.Tensor;
}

/** Runs kernels, and expects that they leak nothing. */
function valuesOf(run: () => tf.Tensor[]): ArrayLike<number>[] {
  const before = tf.memory();
  const values = tf.tidy(
    () => run().map((result) => result.dataSync()) as never,
  ) as unknown as Float32Array[];
  expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, numDataBuffers: before.numDataBuffers });
  return values;
}

describe('the gradients of conv3d', () => {
  function check({ batch, size, channels, window, strides, pad }: Case): void {
    const xShape: [number, number, number, number, number] = [batch, ...size, channels[0]];
    const filterShape: [number, number, number, number, number] = [...window, ...channels];
    const info = tf.backend_util.computeConv3DInfo(xShape, filterShape, strides, 1, pad);
    if (info.outShape.some((n) => n <= 0)) return;
    const x = sample(tf.util.sizeFromShape(xShape), 1);
    const filter = sample(tf.util.sizeFromShape(filterShape), 2);
    const dy = sample(tf.util.sizeFromShape(info.outShape), 3);
    const [dx, dFilter] = valuesOf(() => {
      const dyTensor = tensor(dy, info.outShape);
      const input = { dy: dyTensor, filter: tensor(filter, filterShape) };
      return [
        runKernel('Conv3DBackpropInputV2', input, { strides, pad, inputShape: xShape }),
        runKernel(
          'Conv3DBackpropFilterV2',
          { x: tensor(x, xShape), dy: dyTensor },
          { strides, pad, filterShape },
        ),
      ];
    });
    const expected = convolution3dGradients(info, { x, filter, dy });
    expectClose(dx!, expected.dx, 1e-6);
    expectClose(dFilter!, expected.dFilter, 1e-6);
  }

  it('agree with float64 for any shape', () => {
    fc.assert(fc.property(cases, check), properties);
  });

  it('are zero, or empty, for an empty batch', () => {
    const attrs = { strides: 1, pad: 'same' };
    const [dx, dFilter] = valuesOf(() => {
      const dy = tf.zeros([0, 3, 3, 3, 2]);
      const filter = tf.ones([2, 2, 2, 1, 2]);
      return [
        runKernel('Conv3DBackpropInputV2', { dy, filter }, { ...attrs, inputShape: [0, 3, 3, 3, 1] }),
        runKernel(
          'Conv3DBackpropFilterV2',
          { x: tf.zeros([0, 3, 3, 3, 1]), dy },
          { ...attrs, filterShape: filter.shape },
        ),
      ];
    });
    expect([...Array.from(dx!), ...Array.from(dFilter!)]).toEqual(Array(16).fill(0));
  });

  it('report shapes that do not match', () => {
    tf.tidy(() => {
      const [x, dy] = [tf.ones([1, 3, 3, 3, 2]), tf.ones([1, 3, 3, 2, 4])];
      const filter = tf.ones([2, 2, 2, 2, 4]);
      const attrs = { strides: 1, pad: 'same', filterShape: filter.shape, inputShape: x.shape };
      expect(() => runKernel('Conv3DBackpropFilterV2', { x, dy }, attrs)).toThrow(/dy \[1, 3, 3, 2, 4\]/);
      expect(() => runKernel('Conv3DBackpropInputV2', { dy, filter }, attrs)).toThrow(/dy \[1, 3, 3, 2, 4\]/);
    });
  });
});

describe('maxPool3d and its gradient', () => {
  function check(
    values: (count: number) => Float64Array,
    { batch, size, channels, window, strides, pad }: Case,
  ): void {
    const xShape: [number, number, number, number, number] = [batch, ...size, channels[0]];
    const info = tf.backend_util.computePool3DInfo(xShape, window, strides, 1, pad);
    if (info.outShape.some((n) => n <= 0)) return;
    const x = values(tf.util.sizeFromShape(xShape));
    const dy = sample(tf.util.sizeFromShape(info.outShape), 3);
    const [y, dx] = valuesOf(() => {
      const input = tensor(x, xShape) as tf.Tensor5D;
      const output = tf.maxPool3d(input, window, strides, pad);
      const gradient = { dy: tensor(dy, info.outShape), input, output };
      return [output, runKernel('MaxPool3DGrad', gradient, { filterSize: window, strides, pad })];
    });
    const expected = maxPooling3d(info, { x, dy });
    expect(Array.from(y!)).toEqual(Array.from(expected.y));
    expectClose(dx!, expected.dx, 1e-6);
  }

  it.each<[string, (count: number) => Float64Array]>([
    ['any numbers', (count) => sample(count, 1)],
    ['negative numbers', (count) => sample(count, 1, -2)],
    [
      'zeros after a ReLU, of which the last gets the gradient',
      (count) => sample(count, 1).map((value) => Math.max(value, 0)),
    ],
  ])('agree with float64 for any shape: %s', (_, values) => {
    fc.assert(
      fc.property(cases, (c) => check(values, c)),
      properties,
    );
  });

  it('propagates NaN', () => {
    tf.tidy(() => {
      const x = tf.tensor5d([1, Number.NaN, 3, 4], [1, 2, 2, 1, 1]);
      expect([...tf.maxPool3d(x, [1, 2, 1], 1, 'valid').dataSync()]).toEqual([Number.NaN, 4]);
    });
  });
});
