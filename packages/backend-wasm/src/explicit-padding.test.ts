import { convolutionShapeOf } from '@resnetjs/backend';
import { convolutionGradients, convolve, expectClose, run, sample, tensor } from '@resnetjs/kernel-tests';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { register } from './index.js';

type Pair = [number, number];
type Explicit = [[0, 0], rows: Pair, columns: Pair, [0, 0]];

beforeAll(async () => {
  await register();
});

const around = (pixels: number): Explicit => [
  [0, 0],
  [pixels, pixels],
  [pixels, pixels],
  [0, 0],
];
const uneven: Explicit = [
  [0, 0],
  [2, 0],
  [1, 2],
  [0, 0],
];

describe.each<[string, number, number, Explicit]>([
  ['3×3, padding 1', 3, 1, around(1)],
  ['3×3, stride 2, padding 1', 3, 2, around(1)],
  ['7×7, stride 2, padding 3', 7, 2, around(3)],
  ['3×3, stride 2, other padding on each side', 3, 2, uneven],
])('%s', (_, window, stride, pad) => {
  const shape: [number, number, number, number] = [2, 11, 8, 5];

  it('convolves, and has the gradients, that float64 has', () => {
    const filterShape: [number, number, number, number] = [window, window, 5, 6];
    const info = tf.backend_util.computeConv2DInfo(shape, filterShape, stride, 1, pad);
    const size = (of: number[]) => tf.util.sizeFromShape(of);
    const values = {
      x: sample(size(shape), 1),
      filter: sample(size(filterShape), 2),
      dy: sample(size(info.outShape), 3),
    };
    const x = tensor(values.x, shape) as tf.Tensor4D;
    const filter = tensor(values.filter, filterShape) as tf.Tensor4D;
    const dy = tensor(values.dy, info.outShape);
    const attrs = { strides: stride, pad, dilations: 1, dataFormat: 'NHWC' };
    const c = convolutionShapeOf(info);
    const expected = convolve(c, values.x, values.filter);
    expectClose(run('Conv2D', { x, filter }, attrs)[0]!, expected);
    const bias = tf.ones([6]);
    const fused = { ...attrs, activation: 'relu' };
    expectClose(
      run('FusedConv2D', { x, filter, bias }, fused)[0]!,
      expected.map((value) => Math.max(value + 1, 0)),
    );
    const { dx, dFilter } = convolutionGradients(c, values);
    expectClose(run('Conv2DBackpropInput', { dy, filter }, { ...attrs, inputShape: shape })[0]!, dx);
    expectClose(run('Conv2DBackpropFilter', { x, dy }, { ...attrs, filterShape })[0]!, dFilter);
    tf.dispose([x, filter, dy, bias]);
  });

  it.each([
    ['of any sign', 0],
    ['all negative', -5],
  ])('pools numbers %s without the padding, and has the gradient of a maximum', (_, mean) => {
    const info = tf.backend_util.computePool2DInfo(shape, window, stride, 1, pad);
    const values = sample(tf.util.sizeFromShape(shape), 1, mean);
    const gradient = sample(tf.util.sizeFromShape(info.outShape), 2);
    const pooled = pool(info, values, gradient);
    const [input, dy] = [tensor(values, shape), tensor(gradient, info.outShape)];
    const attrs = { filterSize: window, strides: stride, pad };
    const [y] = run('MaxPool', { x: input }, attrs);
    expect([...y!]).toEqual([...pooled.max]);
    const output = tensor(pooled.max, info.outShape);
    expectClose(run('MaxPoolGrad', { dy, input, output }, attrs)[0]!, pooled.dx, 1e-6);
    expectClose(run('AvgPool', { x: input }, attrs)[0]!, pooled.mean, 1e-6);
    tf.dispose([input, dy, output]);
  });
});

/** The maxima and the means of the windows without their padding, and the gradient of Σ dy · max. */
function pool(info: tf.backend_util.Conv2DInfo, x: Float64Array, dy: Float64Array) {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth } = info;
  const size = batchSize * outHeight * outWidth * inChannels;
  const result = {
    max: new Float64Array(size),
    mean: new Float64Array(size),
    dx: new Float64Array(x.length),
  };
  for (let at = 0; at < size; at++) {
    const c = at % inChannels;
    const [n, oy, ox] = [
      Math.floor(at / (inChannels * outWidth * outHeight)),
      Math.floor(at / (inChannels * outWidth)) % outHeight,
      Math.floor(at / inChannels) % outWidth,
    ];
    const seen: number[] = [];
    for (let ky = 0; ky < info.filterHeight; ky++)
      for (let kx = 0; kx < info.filterWidth; kx++) {
        const [y, column] = [
          oy * info.strideHeight + ky - info.padInfo.top,
          ox * info.strideWidth + kx - info.padInfo.left,
        ];
        if (y < 0 || y >= inHeight || column < 0 || column >= inWidth) continue;
        seen.push(((n * inHeight + y) * inWidth + column) * inChannels + c);
      }
    const numbers = seen.map((i) => x[i]!);
    result.max[at] = Math.max(...numbers);
    result.mean[at] = numbers.reduce((a, b) => a + b) / numbers.length;
    result.dx[seen[numbers.indexOf(result.max[at]!)]!]! += dy[at]!;
  }
  return result;
}
