import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { register } from './index.js';

const stock = { kernel: undefined as tf.KernelConfig | undefined };

beforeAll(async () => {
  await import('@tensorflow/tfjs-backend-cpu');
  stock.kernel = tf.getKernel(tf.Conv2DBackpropFilter, 'cpu');
});

describe('register', () => {
  it('starts plain JavaScript without a warning, and describes it', async () => {
    const warn = vi.spyOn(console, 'warn');
    const registered = await register();
    expect(warn).not.toHaveBeenCalled();
    expect(registered).toMatchObject({
      name: 'cpu',
      threads: 1,
      precision: 32,
      kernels: [
        'Conv2DBackpropFilter',
        'ResNetConvolution',
        'ResNetConvolutionInputGradient',
        'ResNetConvolutionFilterGradient',
      ],
    });
    expect(tf.getBackend()).toBe('cpu');
    expect(await register()).toBe(registered);
  });
});

describe('the gradient of a filter', () => {
  const shapes: readonly [string, tf.Tensor4D['shape'], [number, number], [number, number], Padding][] = [
    ['a 1×1 filter', [2, 3, 3, 5], [1, 1], [1, 1], 'valid'],
    ['odd filter', [2, 7, 6, 3], [3, 3], [1, 1], 'same'],
    ['strides', [1, 9, 8, 2], [3, 2], [2, 3], 'same'],
    ['strides past the filter', [2, 8, 7, 2], [1, 1], [2, 2], 'valid'],
    ['different padding on every side', [1, 5, 6, 2], [4, 3], [2, 1], explicit(1, 2, 0, 3)],
    ['a filter larger than the image', [1, 1, 1, 2], [3, 3], [1, 1], 'same'],
  ];

  // Both add up in float64 and round to float32 once, in different orders.
  it.each(shapes)('is TensorFlow.js’s own: %s', async (_, xShape, size, strides, pad) => {
    await register();
    const x = tf.randomNormal(xShape, 0, 1, 'float32', 1) as tf.Tensor4D;
    const filter = tf.zeros([...size, xShape[3], 4]) as tf.Tensor4D;
    const y = tf.conv2d(x, filter, strides, pad);
    const dy = tf.randomNormal(y.shape, 0, 1, 'float32', 2);
    const inputs = { x, dy } as never;
    const attrs = { strides, pad, dataFormat: 'NHWC', filterShape: filter.shape, dimRoundingMode: undefined };
    const own = tf.engine().runKernel(tf.Conv2DBackpropFilter, inputs, attrs as never) as tf.Tensor;
    const info = stock.kernel?.kernelFunc({ inputs, attrs: attrs as never, backend: tf.backend() });
    const expected = tf.backend().readSync((info as tf.TensorInfo).dataId) as Float32Array;
    const found = own.dataSync();
    expect(own.shape).toEqual(filter.shape);
    for (const [index, value] of expected.entries()) expect(found[index]).toBeCloseTo(value, 5);
  });
});

type Padding = 'same' | 'valid' | tf.backend_util.ExplicitPadding;
function explicit(top: number, bottom: number, left: number, right: number): Padding {
  return [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
}
