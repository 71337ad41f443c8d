import '@tensorflow/tfjs-backend-cpu';
import { depthwiseGradients, expectClose, sample } from '@resnetjs/kernel-tests';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { register } from './index.js';

type Pair = [number, number];
type Pad = 'same' | 'valid' | number | [[0, 0], Pair, Pair, [0, 0]];
interface Case {
  batch: number;
  size: Pair;
  channels: number;
  multiplier: number;
  filter: Pair;
  strides: Pair;
  dilations: Pair;
  pad: Pad;
}

beforeAll(async () => {
  await register();
});

function runKernel(name: string, inputs: Record<string, tf.Tensor>, attrs: Record<string, unknown>) {
  return tf.engine().runKernel(name, inputs, attrs as never) as tf.Tensor;
}

/** Checks both kernels against float64 loops; false if the case has no output at all. */
function check({
  batch,
  size,
  channels,
  multiplier,
  filter: window,
  strides,
  dilations,
  pad,
}: Case): boolean {
  const xShape: [number, number, number, number] = [batch, ...size, channels];
  const filterShape: [number, number, number, number] = [...window, channels, multiplier];
  const info = tf.backend_util.computeConv2DInfo(
    xShape,
    filterShape,
    strides,
    dilations,
    pad,
    undefined,
    true,
  );
  if (info.outHeight <= 0 || info.outWidth <= 0) return false;
  const x = sample(tf.util.sizeFromShape(xShape), 1);
  const filter = sample(tf.util.sizeFromShape(filterShape), 2);
  const dy = sample(tf.util.sizeFromShape(info.outShape), 3);
  const expected = depthwiseGradients(info, { x, filter, dy });
  const before = tf.memory();
  const [dx, dFilter] = tf.tidy(() => {
    const dyTensor = tf.tensor4d(Float32Array.from(dy), info.outShape);
    const common = { strides, pad, dilations };
    return [
      runKernel(
        'DepthwiseConv2dNativeBackpropInput',
        { dy: dyTensor, filter: tf.tensor4d(Float32Array.from(filter), filterShape) },
        { ...common, inputShape: xShape },
      ).dataSync(),
      runKernel(
        'DepthwiseConv2dNativeBackpropFilter',
        { x: tf.tensor4d(Float32Array.from(x), xShape), dy: dyTensor },
        { ...common, filterShape },
      ).dataSync(),
    ];
  });
  expect(tf.memory().numTensors).toBe(before.numTensors);
  expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
  expectClose(dx!, expected.dx, 1e-6);
  expectClose(dFilter!, expected.dFilter, 1e-6);
  return true;
}

const usual: Case = {
  ...{ batch: 2, size: [9, 8], channels: 5, multiplier: 1 },
  ...{ filter: [3, 3], strides: [1, 1], dilations: [1, 1], pad: 'same' },
};

describe('the gradients of a depthwise convolution', () => {
  it.each<[string, Partial<Case>]>([
    ['3×3', {}],
    ['many channels', { channels: 37 }],
    ['stride 2', { strides: [2, 2], channels: 16 }],
    ['other strides down and across', { strides: [2, 3], filter: [2, 5] }],
    ['a stride larger than the filter', { strides: [3, 3], filter: [2, 2], pad: 'valid' }],
    ['a multiplier', { multiplier: 3, channels: 7 }],
    ['a multiplier, with a stride', { multiplier: 4, channels: 4, strides: [2, 2] }],
    ['dilations', { dilations: [2, 3] }],
    ['padding in figures', { pad: 1, strides: [2, 2] }],
    // biome-ignore format: one padding a line
    ['other padding on each side', { pad: [[0, 0], [2, 1], [0, 3], [0, 0]], channels: 8 }],
    ['one pixel', { batch: 1, size: [1, 1], channels: 1, filter: [1, 1] }],
    ['a filter larger than the image', { size: [2, 3], filter: [5, 7] }],
    ['more rows than runs', { batch: 9, size: [33, 31], channels: 20 }],
  ])('are float64’s for %s', (_, c) => {
    expect(check({ ...usual, ...c })).toBe(true);
  });

  it('agree with float64 for any shape', () => {
    const upTo = (most: number, least = 1) => fc.integer({ min: least, max: most });
    const pair = (most: number, least = 1) => fc.tuple(upTo(most, least), upTo(most, least));
    const pad: fc.Arbitrary<Pad> = fc.oneof(
      fc.constantFrom('same' as const, 'valid' as const),
      upTo(3, 0),
      fc.tuple(pair(3, 0), pair(3, 0)).map(([rows, columns]): Pad => [[0, 0], rows, columns, [0, 0]]),
    );
    const shapes = fc.record<Case>({
      ...{ batch: upTo(4), size: pair(10), channels: upTo(21), multiplier: upTo(4) },
      ...{ filter: pair(5), strides: pair(3), dilations: pair(3), pad },
    });
    fc.assert(
      fc.property(shapes, (c) => {
        check(c);
      }),
      { numRuns: 200, seed: 20170417 },
    );
  });

  it('are zero, or empty, for an empty batch', () => {
    tf.tidy(() => {
      const attrs = { strides: 1, pad: 'same', dilations: 1 };
      const dy = tf.zeros([0, 4, 4, 6]);
      const dFilter = runKernel(
        'DepthwiseConv2dNativeBackpropFilter',
        { x: tf.zeros([0, 4, 4, 3]), dy },
        { ...attrs, filterShape: [3, 3, 3, 2] },
      );
      expect([...dFilter.dataSync()]).toEqual(Array(54).fill(0));
      const dx = runKernel(
        'DepthwiseConv2dNativeBackpropInput',
        { dy, filter: tf.ones([3, 3, 3, 2]) },
        { ...attrs, inputShape: [0, 4, 4, 3] },
      );
      expect(dx.size).toBe(0);
      // No output pixels, and no channels.
      const none = (name: string, inputs: Record<string, tf.Tensor>, own: object) => [
        ...runKernel(name, inputs, { strides: 1, pad: 'valid', dilations: 1, ...own }).dataSync(),
      ];
      const [input, filter] = [
        'DepthwiseConv2dNativeBackpropInput',
        'DepthwiseConv2dNativeBackpropFilter',
      ] as const;
      for (const [side, channels] of [
        [2, 4],
        [5, 0],
      ] as const) {
        const [inputShape, filterShape] = [
          [2, side, side, channels],
          [3, 3, channels, 1],
        ];
        const outputs = tf.zeros([2, side - 2, side - 2, channels]);
        const taps = tf.ones(filterShape);
        const dxs = none(input, { dy: outputs, filter: taps }, { inputShape });
        expect(dxs).toEqual(Array(2 * side * side * channels).fill(0));
        const dFilters = none(filter, { x: tf.ones(inputShape), dy: outputs }, { filterShape });
        expect(dFilters).toEqual(Array(9 * channels).fill(0));
      }
    });
  });

  it('propagate NaN, to the channels and pixels that it reaches', () => {
    tf.tidy(() => {
      const attrs = { strides: 1, pad: 'same', dilations: 1 };
      const values = new Float32Array(5 * 5 * 6).fill(1);
      values[(2 * 5 + 2) * 6 + 4] = Number.NaN;
      const dy = tf.tensor4d(values, [1, 5, 5, 6]);
      const nans = (of: tf.Tensor) =>
        [...of.dataSync()].flatMap((value, at) => (Number.isNaN(value) ? [at] : []));
      const dFilter = runKernel(
        'DepthwiseConv2dNativeBackpropFilter',
        { x: tf.ones([1, 5, 5, 6]), dy },
        { ...attrs, filterShape: [3, 3, 6, 1] },
      );
      expect(nans(dFilter)).toEqual(Array.from({ length: 9 }, (_, tap) => 6 * tap + 4));
      const dx = runKernel(
        'DepthwiseConv2dNativeBackpropInput',
        { dy, filter: tf.ones([3, 3, 6, 1]) },
        { ...attrs, inputShape: [1, 5, 5, 6] },
      );
      const reached = [1, 2, 3].flatMap((y) => [1, 2, 3].map((x) => (y * 5 + x) * 6 + 4));
      expect(nans(dx)).toEqual(reached);
    });
  });

  it('report shapes that do not match, and leak nothing', () => {
    const before = tf.memory().numDataBuffers;
    tf.tidy(() => {
      const [x, dy] = [tf.ones([1, 4, 4, 3]), tf.ones([1, 3, 4, 6])];
      const attrs = { strides: 1, pad: 'same', dilations: 1 };
      const filter = (own: object) =>
        runKernel('DepthwiseConv2dNativeBackpropFilter', { x, dy }, { ...attrs, ...own });
      expect(() => filter({ filterShape: [3, 3, 3, 2] })).toThrow(/dy \[1, 3, 4, 6\]/);
      expect(() => filter({ filterShape: [3, 3, 6, 1] })).toThrow(/a filter \[3, 3, 6, 1\]/);
      const whole = tf.ones([1, 4, 4, 6], 'int32');
      expect(() =>
        runKernel(
          'DepthwiseConv2dNativeBackpropFilter',
          { x, dy: whole },
          { ...attrs, filterShape: [3, 3, 3, 2] },
        ),
      ).toThrow('Expected a float32 tensor');
    });
    expect(tf.memory().numDataBuffers).toBe(before);
  });

  it('are those of the cpu backend through tf.grads, of fused.depthwiseConv2d, too', async () => {
    const results: Float32Array[][] = [];
    for (const backend of ['wasm', 'cpu']) {
      await tf.setBackend(backend);
      results.push(
        tf.tidy(() => {
          const x = tf.tensor4d(Float32Array.from(sample(2 * 6 * 5 * 4, 1)), [2, 6, 5, 4]);
          const filter = tf.tensor4d(Float32Array.from(sample(3 * 3 * 4 * 2, 2)), [3, 3, 4, 2]);
          const apart = (a: tf.Tensor, b: tf.Tensor) =>
            tf.depthwiseConv2d(a as tf.Tensor4D, b as tf.Tensor4D, 2, 'same');
          const fused = (a: tf.Tensor, b: tf.Tensor) =>
            tf.fused.depthwiseConv2d({
              ...{ x: a as tf.Tensor4D, filter: b as tf.Tensor4D },
              ...{ strides: 1, pad: 'valid', activation: 'relu' },
            });
          return [...tf.grads(apart)([x, filter]), ...tf.grads(fused)([x, filter])].map(
            (gradient) => gradient.dataSync() as Float32Array,
          );
        }),
      );
    }
    await tf.setBackend('wasm');
    const [ours, cpu] = results as [Float32Array[], Float32Array[]];
    for (const [index, gradient] of cpu.entries()) expectClose(ours[index]!, gradient, 1e-6);
  });
});
