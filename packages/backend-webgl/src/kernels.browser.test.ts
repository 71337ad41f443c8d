import { convolutionShapeOf, kernelNames } from '@resnetjs/backend';
import type { Conv, Network, Op } from '@resnetjs/core';
import { initializers } from '@resnetjs/core';
import {
  convolutionGradients,
  convolve,
  sampleTensor,
  testElementwise,
  testExplicitPadding,
  testFusedActivations,
  testGroupedConvolution,
} from '@resnetjs/kernel-tests';
import { compare, type PassCase, prepareCase } from '@resnetjs/parity';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { register } from './index.js';

beforeAll(() => register());

type Size = readonly [height: number, width: number];

const convolution = (filters: number, kernelSize: Size, strides: Size, padding: Conv['padding']): Op => ({
  op: 'conv',
  filters,
  kernelSize,
  strides,
  padding,
  groups: 1,
  dilations: [1, 1],
  bias: true,
  initializer: initializers.glorotUniform(),
});

function layers(name: string, input: Network['input'], stem: readonly Op[], batch = 2): PassCase {
  const network: Network = { name, input, inputName: 'input', stem, stages: [], head: [] };
  const common = {
    kind: 'pass',
    group: 'operation',
    level: 'quick',
    training: true,
    byFloor: false,
    throws: false,
  } as const;
  return { ...common, name, network, batch, seed: input[2] };
}

/** Odd and even numbers of rows, columns and channels, and every parity of stride and padding: a texel holds two of each. */
const convolutions = [
  layers('1×1, odd', [5, 7, 9], [convolution(11, [1, 1], [1, 1], 'valid')]),
  layers('1×1/2', [7, 7, 12], [convolution(10, [1, 1], [2, 2], 'same')]),
  layers('1×1/2, even', [8, 8, 12], [convolution(9, [1, 1], [2, 2], 'valid')], 1),
  layers('3×3, odd', [7, 5, 9], [convolution(13, [3, 3], [1, 1], 'same')], 3),
  layers('3×3, valid', [6, 9, 10], [convolution(12, [3, 3], [1, 1], 'valid')]),
  layers('3×3/2, odd', [9, 11, 9], [convolution(8, [3, 3], [2, 2], 'same')]),
  layers('3×3/2, even', [8, 10, 8], [convolution(9, [3, 3], [2, 2], 'same')]),
  layers('3×3/3', [10, 8, 9], [convolution(7, [3, 3], [3, 3], 'valid')]),
  layers('2×2/4', [9, 8, 8], [convolution(6, [2, 2], [4, 4], 'same')]),
  layers('4×4', [6, 7, 9], [convolution(6, [4, 4], [1, 1], 'same')]),
  layers('2×5, strides 2 and 1', [8, 7, 9], [convolution(6, [2, 5], [2, 1], 'same')]),
  layers('5×2, strides 1 and 2', [6, 9, 10], [convolution(7, [5, 2], [1, 2], 'same')]),
  layers('7×7/2 of three channels', [15, 14, 3], [convolution(8, [7, 7], [2, 2], 'same')]),
  layers(
    '3×3/2 of a padded input',
    [8, 9, 9],
    [{ op: 'pad', top: 1, bottom: 0, left: 1, right: 2 }, convolution(6, [3, 3], [2, 2], 'valid')],
  ),
  layers('3×3, one column', [6, 1, 9], [convolution(8, [3, 3], [1, 1], 'same')]),
  layers('3×3, one row and one column', [1, 1, 9], [convolution(8, [3, 3], [1, 1], 'same')]),
  layers('3×3, many rows', [40, 40, 16], [convolution(16, [3, 3], [1, 1], 'same')], 4),
  layers('1×1, many channels', [4, 4, 300], [convolution(257, [1, 1], [1, 1], 'same')]),
  layers(
    'overlapping average pooling',
    [9, 8, 9],
    [{ op: 'pool', mode: 'average', size: [3, 2], strides: [2, 1], padding: 'valid' }],
  ),
  layers(
    'average pooling with gaps',
    [9, 8, 9],
    [{ op: 'pool', mode: 'average', size: [2, 2], strides: [3, 3], padding: 'valid' }],
  ),
  layers(
    'normalization, odd',
    [7, 5, 9],
    [
      {
        op: 'norm',
        epsilon: 1e-3,
        momentum: 0.9,
        scaleInitializer: { kind: 'ones' },
        runningVariance: 'biased',
      },
    ],
    3,
  ),
  layers(
    'normalization, one pixel',
    [1, 1, 33],
    [
      {
        op: 'norm',
        epsilon: 1e-3,
        momentum: 0.9,
        scaleInitializer: { kind: 'ones' },
        runningVariance: 'biased',
      },
    ],
    7,
  ),
];

it.each(convolutions)('$name: agrees with float64, forward and backward', async (each) => {
  const { failures } = await prepareCase(each)();
  expect(failures).toEqual([]);
});

describe('conv2d as TensorFlow.js calls it', () => {
  const x = () => tf.round(tf.mul(sampleTensor([2, 6, 7, 9], 1), 4)) as tf.Tensor4D;
  const filter = () => tf.round(tf.mul(sampleTensor([3, 3, 9, 10], 2), 4)) as tf.Tensor4D;

  /** Whole numbers, so that every order of summation gives the same sum. */
  function expected(margin: number, dilation: number, relu6 = false): number[] {
    const [values, weights] = [x().dataSync(), filter().dataSync()];
    const [height, width] = [6 + 2 * margin - 2 * dilation, 7 + 2 * margin - 2 * dilation];
    const results: number[] = [];
    for (let n = 0; n < 2; n++)
      for (let oy = 0; oy < height; oy++)
        for (let ox = 0; ox < width; ox++)
          for (let co = 0; co < 10; co++) {
            let sum = 0;
            for (let ky = 0; ky < 3; ky++)
              for (let kx = 0; kx < 3; kx++) {
                const [y, column] = [oy + ky * dilation - margin, ox + kx * dilation - margin];
                if (y < 0 || y >= 6 || column < 0 || column >= 7) continue;
                for (let ci = 0; ci < 9; ci++)
                  sum +=
                    (values[((n * 6 + y) * 7 + column) * 9 + ci] as number) *
                    (weights[((ky * 3 + kx) * 9 + ci) * 10 + co] as number);
              }
            results.push(relu6 ? Math.min(6, Math.max(0, sum)) : sum);
          }
    return results;
  }

  it.each([
    ['explicit padding', () => tf.conv2d(x(), filter(), 1, 2), () => expected(2, 1)],
    ['dilation', () => tf.conv2d(x(), filter(), 1, 'valid', 'NHWC', 2), () => expected(0, 2)],
    [
      'another activation',
      () => tf.fused.conv2d({ x: x(), filter: filter(), strides: 1, pad: 'valid', activation: 'relu6' }),
      () => expected(0, 1, true),
    ],
  ] as const)('%s', (_, compute, truth) => {
    const before = tf.memory().numTensors;
    const values = tf.tidy(() => compute().dataSync());
    expect(Array.from(values, (value) => value + 0)).toEqual(tf.tidy(truth)); // + 0: −0 is 0
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('what texels hold beyond an odd axis', () => {
  /** `tf.add` adds there, too: 0.5, which must not reach any result. */
  const littered = (shape: readonly number[], seed: number) => tf.add(sampleTensor(shape, seed), 0.5);

  it.each([
    [false, false],
    [true, false],
    [false, true],
  ])('does not get into a matrix product, transposed %s, %s', (transposeA, transposeB) => {
    const [rows, inner, columns] = [21, 9, 15];
    const a = littered(transposeA ? [inner, rows] : [rows, inner], 1) as tf.Tensor2D;
    const b = littered(transposeB ? [columns, inner] : [inner, columns], 2) as tf.Tensor2D;
    const product = tf.matMul(a, b, transposeA, transposeB);
    const [left, right] = [a.dataSync(), b.dataSync()];
    const truth = Array.from({ length: rows * columns }, (_, index) => {
      const [i, j] = [Math.floor(index / columns), index % columns];
      let sum = 0;
      for (let k = 0; k < inner; k++) {
        const one = left[transposeA ? k * rows + i : i * inner + k] as number;
        sum += one * (right[transposeB ? j * inner + k : k * columns + j] as number);
      }
      return sum;
    });
    const verdict = compare('product', product.dataSync(), truth, { relativeL2: 1e-6 });
    expect(verdict.passed, verdict.message).toBe(true);
    tf.dispose([a, b, product]);
  });

  it.each([
    [1, 10],
    [2, 13],
    [3, 15],
  ])('does not get into the gradients of a convolution of stride %i', (stride, size) => {
    const [into, out, window] = [9, 7, 3];
    const outSize = Math.floor((size - window) / stride) + 1;
    const x = littered([1, size, size, into], 1) as tf.Tensor4D;
    const filter = littered([window, window, into, out], 2) as tf.Tensor4D;
    const dy = littered([1, outSize, outSize, out], 3);
    const attrs = { strides: [stride, stride], pad: 'valid', dataFormat: 'NHWC' };
    const run = (name: string, inputs: Record<string, tf.Tensor>, rest: object) =>
      tf.engine().runKernel(name, inputs, { ...attrs, ...rest } as tf.NamedAttrMap) as tf.Tensor;
    const dx = run('Conv2DBackpropInput', { dy, filter }, { inputShape: x.shape });
    const dFilter = run('Conv2DBackpropFilter', { x, dy }, { filterShape: filter.shape });
    const info = tf.backend_util.computeConv2DInfo(x.shape, filter.shape, stride, 1, 'valid');
    const values = { x: x.dataSync(), filter: filter.dataSync(), dy: dy.dataSync() };
    const truth = convolutionGradients(convolutionShapeOf(info), values);
    const verdicts = [
      compare('dx', dx.dataSync(), truth.dx, { relativeL2: 1e-6 }),
      compare('dFilter', dFilter.dataSync(), truth.dFilter, { relativeL2: 1e-6 }),
    ];
    expect(verdicts.filter(({ passed }) => !passed).map(({ message }) => message)).toEqual([]);
    tf.dispose([x, filter, dy, dx, dFilter]);
  });
});

it.each([
  [1, 1, 7],
  [1, 2, 7],
  [1, 1, 9],
  [1, 2, 9],
  [3, 1, 7],
  [3, 2, 9],
])(
  'reads nothing beyond an odd number of channels: a window of %i with stride %i over %i',
  (window, stride, into) => {
    const out = 21; // enough values for TensorFlow.js to add on the GPU
    const x = tf.add(sampleTensor([2, 5, 6, into], 1), 0.5) as tf.Tensor4D;
    const filter = tf.add(sampleTensor([window, window, into, out], 2), 0.5) as tf.Tensor4D;
    const y = tf.conv2d(x, filter, stride, 'valid');
    const info = tf.backend_util.computeConv2DInfo(x.shape, filter.shape, stride, 1, 'valid');
    const truth = convolve(convolutionShapeOf(info), x.dataSync(), filter.dataSync());
    const verdict = compare('y', y.dataSync(), truth, { relativeL2: 1e-6 });
    expect(verdict.passed, verdict.message).toBe(true);
    tf.dispose([x, filter, y]);
  },
);

describe('batchNormTraining', () => {
  it('computes the variance of values far from 0, over many rows', () => {
    const [rows, channels] = [40 * 50, 3];
    const spread = sampleTensor([rows, channels], 3).dataSync();
    const values = Float32Array.from(spread, (value) => 1000 + value);
    const mean = new Array<number>(channels).fill(0);
    const variance = new Array<number>(channels).fill(0);
    values.forEach((value, i) => {
      mean[i % channels] = (mean[i % channels] as number) + value / rows;
    });
    values.forEach((value, i) => {
      const c = i % channels;
      variance[c] = (variance[c] as number) + (value - (mean[c] as number)) ** 2 / rows;
    });
    const measured = tf.tidy(() => {
      const inputs = { x: tf.tensor(values, [40, 50, channels]), scale: tf.ones([3]), offset: tf.zeros([3]) };
      const attributes = { epsilon: 1e-3, activation: 'linear' };
      const results = tf.engine().runKernel(kernelNames.batchNormTraining, inputs, attributes) as tf.Tensor[];
      return results.slice(1).map((each) => each.dataSync());
    });
    const verdicts = [
      compare('mean', measured[0] ?? [], mean, { relativeL2: 1e-6 }),
      // The mean of numbers near 1000 is known to 3e-5, and the square of that adds nothing.
      compare('variance', measured[1] ?? [], variance, { relativeL2: 1e-5 }),
    ];
    expect(verdicts.filter(({ passed }) => !passed).map(({ message }) => message)).toEqual([]);
  });
});

it('propagates NaN through a ReLU, in every kernel', () => {
  const nan = () => tf.fill([1, 16, 16, 8], Number.NaN) as tf.Tensor4D;
  const ones = () => tf.ones([1, 16, 16, 8]) as tf.Tensor4D;
  const filter = () => tf.ones([1, 1, 8, 8]) as tf.Tensor4D;
  const run = (name: string, inputs: Record<string, tf.Tensor>, attributes = {}) =>
    ([tf.engine().runKernel(name, inputs, attributes)].flat() as tf.Tensor[])[0] as tf.Tensor;
  const results = [
    () => run(kernelNames.fusedAdd, { a: nan(), b: ones() }, { activation: 'relu' }),
    () => tf.fused.conv2d({ x: nan(), filter: filter(), strides: 1, pad: 'same', activation: 'relu' }),
    () =>
      run(
        kernelNames.batchNormTraining,
        { x: nan(), scale: tf.ones([8]), offset: tf.zeros([8]) },
        { epsilon: 1e-3, activation: 'relu' },
      ),
  ].map((compute) => tf.tidy(() => compute().dataSync()));
  for (const values of results) expect(values.every(Number.isNaN)).toBe(true);
});

testElementwise();
testFusedActivations();
testGroupedConvolution();
testExplicitPadding();
