import {
  type ConvolutionPadding,
  type GroupedConvolutionAttributes,
  type GroupedConvolutionShape,
  groupedConvolutionShape,
  kernelNames,
} from '@resnetjs/backend';
import { convolutionGradients, convolve, expectClose, run, sample, tensor } from '@resnetjs/kernel-tests';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { register } from './index.js';

type Pair = [number, number];
interface Case {
  batch: number;
  size: Pair;
  /** Channels of each group. */
  channels: Pair;
  groups: number;
  filter: Pair;
  strides: Pair;
  dilations: Pair;
  pad: ConvolutionPadding;
}

beforeAll(async () => {
  await register();
});

/** The shapes and the attributes of a case; null if it has no output at all. */
function shapesOf({ batch, size, channels: [into, out], groups, filter, strides, dilations, pad }: Case) {
  const attributes: GroupedConvolutionAttributes = { strides, pad, dilations, groups };
  const inputShape = [batch, ...size, into * groups];
  const filterShape = [...filter, into, out * groups];
  const shape = groupedConvolutionShape('test', inputShape, filterShape, attributes);
  if (shape.outHeight <= 0 || shape.outWidth <= 0) return null;
  const dyShape = [batch, shape.outHeight, shape.outWidth, shape.outChannels];
  return { shape, attributes, inputShape, filterShape, dyShape };
}

/** The biased float64 result, with ReLU or not. */
function expectedResult(
  shape: GroupedConvolutionShape,
  { x, filter, bias }: Readonly<Record<'x' | 'filter' | 'bias', Float64Array>>,
  relu: boolean,
): Float64Array {
  return convolve(shape, x, filter).map((sum, at) => {
    const value = sum + bias[at % shape.outChannels]!;
    return relu ? Math.max(value, 0) : value;
  });
}

/** Checks all three kernels against float64 loops; false if the case has no output at all. */
function check(c: Case): boolean {
  const shapes = shapesOf(c);
  if (shapes === null) return false;
  const { shape, attributes, inputShape, filterShape, dyShape } = shapes;
  const sampled = (of: readonly number[], seed: number) => sample(tf.util.sizeFromShape([...of]), seed);
  const [x, filter, dy] = [sampled(inputShape, 1), sampled(filterShape, 2), sampled(dyShape, 3)];
  const bias = sample(shape.outChannels, 4);
  const tensors = {
    x: tensor(x, inputShape),
    filter: tensor(filter, filterShape),
    dy: tensor(dy, dyShape),
    bias: tensor(bias),
  };
  const forward = (activation: string, inputs: object) =>
    run(
      kernelNames.convolution,
      { x: tensors.x, filter: tensors.filter, ...inputs },
      { ...attributes, activation },
    );
  const none = new Float64Array(shape.outChannels);
  expectClose(forward('linear', {})[0]!, expectedResult(shape, { x, filter, bias: none }, false), 1e-6);
  expectClose(
    forward('relu', { bias: tensors.bias })[0]!,
    expectedResult(shape, { x, filter, bias }, true),
    1e-6,
  );
  const expected = convolutionGradients(shape, { x, filter, dy });
  const [dx] = run(
    kernelNames.convolutionInputGradient,
    { dy: tensors.dy, filter: tensors.filter },
    { ...attributes, inputShape },
  );
  const [dFilter] = run(
    kernelNames.convolutionFilterGradient,
    { x: tensors.x, dy: tensors.dy },
    { ...attributes, filterShape },
  );
  expectClose(dx!, expected.dx, 1e-6);
  expectClose(dFilter!, expected.dFilter, 1e-6);
  tf.dispose(Object.values(tensors));
  return true;
}

const usual: Case = {
  ...{ batch: 2, size: [9, 8], channels: [4, 4], groups: 3 },
  ...{ filter: [3, 3], strides: [1, 1], dilations: [1, 1], pad: 'same' },
};

/** As PyTorch pads: 1 for 3×3. */
const one: ConvolutionPadding = [
  [0, 0],
  [1, 1],
  [1, 1],
  [0, 0],
];

describe('a convolution in groups or with dilation, and its gradients', () => {
  it.each<[string, Partial<Case>]>([
    ['four channels a group', {}],
    ['eight', { channels: [8, 8], groups: 2 }],
    ['sixteen', { channels: [16, 16], groups: 2, size: [5, 5] }],
    ['thirty-two', { channels: [32, 32], groups: 2, size: [4, 5] }],
    ['seventy-two', { channels: [72, 72], groups: 2, size: [4, 5] }],
    ['more groups than a cache line holds', { groups: 11 }],
    ['stride 2', { strides: [2, 2], pad: one }],
    ['stride 2, an even size, eight channels', { strides: [2, 2], size: [8, 6], channels: [8, 8], pad: one }],
    ['other strides down and across', { strides: [3, 2], filter: [2, 5] }],
    ['a stride larger than the filter', { strides: [3, 3], filter: [2, 2], pad: 'valid' }],
    ['dilation', { dilations: [2, 3] }],
    ['dilation with a stride that divides it', { dilations: [2, 2], strides: [2, 2] }],
    ['dilation with a stride that does not', { dilations: [3, 2], strides: [2, 3] }],
    [
      'dilation with a stride that has a factor in common',
      { dilations: [4, 6], strides: [6, 4], size: [15, 16] },
    ],
    ['dilation without groups', { dilations: [2, 2], groups: 1, channels: [7, 9] }],
    ['one channel a group', { channels: [1, 1], groups: 13 }],
    ['one channel a group, several out', { channels: [1, 3], groups: 7 }],
    ['fewer out than in', { channels: [8, 4], groups: 2 }],
    ['more out than in', { channels: [4, 12], groups: 2 }],
    ['odd channels', { channels: [3, 5], groups: 4 }],
    ['channels that tiles do not divide', { channels: [20, 28], groups: 2 }],
    // biome-ignore format: one padding a line
    ['other padding on each side', { pad: [[0, 0], [2, 1], [0, 3], [0, 0]] }],
    // biome-ignore format: one padding a line
    ['padding beyond the filter', { pad: [[0, 0], [4, 4], [4, 4], [0, 0]], filter: [2, 2], size: [3, 3] }],
    ['one pixel', { batch: 1, size: [1, 1] }],
    ['a filter larger than the image', { size: [2, 3], filter: [5, 7] }],
    ['many rows', { batch: 3, size: [33, 31], groups: 2 }],
  ])('are float64’s for %s', (_, c) => {
    expect(check({ ...usual, ...c })).toBe(true);
  });

  it('agree with float64 for any shape', () => {
    const upTo = (most: number, least = 1) => fc.integer({ min: least, max: most });
    const pair = (most: number, least = 1) => fc.tuple(upTo(most, least), upTo(most, least));
    const pad: fc.Arbitrary<ConvolutionPadding> = fc.oneof(
      fc.constantFrom('same' as const, 'valid' as const),
      fc.tuple(pair(3, 0), pair(3, 0)).map(([rows, columns]): ConvolutionPadding => {
        return [[0, 0], rows, columns, [0, 0]];
      }),
    );
    const narrow = fc.tuple(fc.constantFrom(4, 8, 12, 16), fc.constantFrom(4, 8, 12, 16));
    const shapes = fc.record<Case>({
      ...{ batch: upTo(3), size: pair(11), channels: fc.oneof(pair(9), narrow), groups: upTo(6) },
      ...{ filter: pair(5), strides: pair(3), dilations: pair(3), pad },
    });
    let checked = 0;
    fc.assert(
      fc.property(shapes, (c) => {
        if (check(c)) checked++;
      }),
      { numRuns: 200, seed: 20170417 },
    );
    expect(checked).toBeGreaterThan(100);
  });

  it('are empty, or zero, for an empty batch', () => {
    const attributes = { strides: [1, 1], pad: 'same', dilations: [1, 1], groups: 2 };
    const [x, filter, dy] = [tf.zeros([0, 4, 4, 8]), tf.ones([3, 3, 4, 8]), tf.zeros([0, 4, 4, 8])];
    const [y] = run(kernelNames.convolution, { x, filter }, { ...attributes, activation: 'linear' });
    expect(y).toHaveLength(0);
    const [dx] = run(
      kernelNames.convolutionInputGradient,
      { dy, filter },
      { ...attributes, inputShape: x.shape },
    );
    expect(dx).toHaveLength(0);
    const filterShape = filter.shape;
    const [dFilter] = run(kernelNames.convolutionFilterGradient, { x, dy }, { ...attributes, filterShape });
    expect([...dFilter!]).toEqual(Array(9 * 4 * 8).fill(0));
    tf.dispose([x, filter, dy]);
  });

  it.each([
    ['groups', 4],
    ['wide groups', 40],
  ])('propagate NaN, and not to other %s', (_, channels) => {
    const attributes = { strides: [1, 1], pad: 'same', dilations: [1, 1], groups: 3 };
    const shape = [1, 5, 5, 3 * channels];
    /** A map of ones that is NaN at pixel [2, 2] of the second group's first channel. */
    const map = () => {
      const values = new Float64Array(25 * 3 * channels).fill(1);
      values[12 * 3 * channels + channels] = Number.NaN;
      return tensor(values, shape);
    };
    const [x, dy, filter] = [map(), map(), tf.ones([3, 3, channels, 3 * channels])];
    const near = (pixel: number) => [Math.floor(pixel / 5), pixel % 5].every((at) => at >= 1 && at <= 3);
    const expectNear = (y: Float32Array) => {
      for (const [at, value] of y.entries()) {
        const channel = at % (3 * channels);
        const ofGroup = channel >= channels && channel < 2 * channels;
        const pixel = Math.floor(at / (3 * channels));
        expect(Number.isNaN(value), `pixel ${pixel}, channel ${channel}`).toBe(ofGroup && near(pixel));
      }
    };
    for (const activation of ['linear', 'relu']) {
      expectNear(run(kernelNames.convolution, { x, filter }, { ...attributes, activation })[0]!);
    }
    const inputs = { ...attributes, inputShape: shape };
    expectNear(run(kernelNames.convolutionInputGradient, { dy, filter }, inputs)[0]!);
    const ones = tf.ones(shape);
    const filters = { ...attributes, filterShape: filter.shape };
    const [dFilter] = run(kernelNames.convolutionFilterGradient, { x, dy: ones }, filters);
    for (const [at, value] of dFilter!.entries()) {
      const [out, into] = [at % (3 * channels), Math.floor(at / (3 * channels)) % channels];
      const reached = into === 0 && out >= channels && out < 2 * channels;
      expect(Number.isNaN(value), `in ${into}, out ${out}`).toBe(reached);
    }
    tf.dispose([x, dy, filter, ones]);
  });

  it.each<[string, { filter?: number[]; bias?: number[]; dy?: number[]; attrs?: object; message: RegExp }]>([
    ['a filter of too many channels', { filter: [3, 3, 8, 6], message: /does not fit x/ }],
    [
      'a bias of another length',
      { bias: [5], message: /bias \[5\] does not fit the filter \[3, 3, 4, 6\]: \[6\]/ },
    ],
    ['groups that do not divide', { attrs: { groups: 3 }, message: /in 3 groups/ }],
    ['an activation that is not fused', { attrs: { activation: 'sigmoid' }, message: /linear, relu/ }],
    ['a gradient of another shape', { dy: [1, 4, 5, 6], message: /dy \[1, 4, 5, 6\].*\[1, 5, 5, 6\]/ }],
  ])('report %s, and leak nothing', (_, { filter = [3, 3, 4, 6], bias = [6], dy, attrs, message }) => {
    const before = tf.memory().numDataBuffers;
    const attributes = {
      strides: [1, 1],
      pad: 'same',
      dilations: [1, 1],
      groups: 2,
      activation: 'linear',
      ...attrs,
    };
    tf.tidy(() => {
      const x = tf.ones([1, 5, 5, 8]);
      const filters = tf.ones(filter);
      const failing = dy
        ? [
            () =>
              run(
                kernelNames.convolutionInputGradient,
                { dy: tf.ones(dy), filter: filters },
                { ...attributes, inputShape: x.shape },
              ),
            () =>
              run(
                kernelNames.convolutionFilterGradient,
                { x, dy: tf.ones(dy) },
                { ...attributes, filterShape: filter },
              ),
          ]
        : [() => run(kernelNames.convolution, { x, filter: filters, bias: tf.ones(bias) }, attributes)];
      for (const call of failing) {
        expect(call).toThrow(expect.objectContaining({ name: 'BackendError', code: 'bad-arguments' }));
        expect(call).toThrow(message);
      }
    });
    expect(tf.memory().numDataBuffers).toBe(before);
  });

  it('leak no heap memory', () => {
    const { shape, attributes, inputShape, filterShape, dyShape } = shapesOf({ ...usual, size: [40, 40] })!;
    const [x, filter, dy] = [tf.ones(inputShape), tf.ones(filterShape), tf.ones(dyShape)];
    const bias = tf.ones([shape.outChannels]);
    const step = () => {
      run(kernelNames.convolution, { x, filter, bias }, { ...attributes, activation: 'relu' });
      run(kernelNames.convolutionInputGradient, { dy, filter }, { ...attributes, inputShape });
      run(kernelNames.convolutionFilterGradient, { x, dy }, { ...attributes, filterShape });
    };
    step();
    const bytes = heapBytes();
    for (let i = 0; i < 200; i++) step();
    expect(heapBytes()).toBe(bytes);
    tf.dispose([x, filter, dy, bias]);
  });
});

function heapBytes(): number {
  const backend = tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } };
  return backend.wasm.HEAPU8.buffer.byteLength;
}
