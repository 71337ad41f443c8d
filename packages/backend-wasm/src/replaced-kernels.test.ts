import '@tensorflow/tfjs-backend-cpu';
import { sample, sampleTensor, expectClose, tensor } from '@resnetjs/kernel-tests';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { register } from './index.js';

beforeAll(async () => {
  await register();
});

/** The results of wasm and cpu; neither leaks a tensor. */
async function onBoth(compute: () => tf.Tensor): Promise<[wasm: Float32Array, cpu: Float32Array]> {
  const results: Float32Array[] = [];
  for (const backend of ['wasm', 'cpu']) {
    await tf.setBackend(backend);
    const before = tf.memory();
    results.push(tf.tidy(() => compute().dataSync() as Float32Array));
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
  }
  await tf.setBackend('wasm');
  return results as [Float32Array, Float32Array];
}

describe('FusedBatchNorm', () => {
  it.each([1, 3, 8, 13])('agrees with the cpu backend on %i channels', async (channels) => {
    for (const [hasScale, hasOffset] of [
      [true, true],
      [false, true],
      [true, false],
      [false, false],
    ]) {
      const [ours, cpu] = await onBoth(() => {
        const vector = (seed: number) => tensor(sample(channels, seed, 1, 0.5)) as tf.Tensor1D;
        const x = sampleTensor([2, 5, 3, channels], 1) as tf.Tensor4D;
        const scale = hasScale ? vector(2) : undefined;
        const offset = hasOffset ? vector(3) : undefined;
        return tf.batchNorm(x, vector(4), vector(5), offset, scale, 1.001e-5);
      });
      expectClose(ours, cpu, 1e-6);
    }
  });

  it('leaves moments in the shape of x to TensorFlow.js', async () => {
    const [ours, cpu] = await onBoth(() => {
      const x = sampleTensor([1, 2, 3, 4], 1) as tf.Tensor4D;
      return tf.batchNorm(
        x,
        tf.mul(x, 0.5) as tf.Tensor4D,
        tf.abs(x) as tf.Tensor4D,
        undefined,
        undefined,
        1e-3,
      );
    });
    expectClose(ours, cpu, 1e-6);
  });
});

describe('BatchMatMul', () => {
  const sizes = [
    [1, 1, 1],
    [1, 300, 9],
    [5, 7, 13],
    [33, 260, 6],
    [130, 3, 17],
  ] as const;
  const transpositions = [
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ] as const;

  it.each(sizes)('is the product of [%i, %i] and [., %i], either transposed', (rows, depth, columns) => {
    const a = sample(rows * depth, 1);
    const b = sample(depth * columns, 2);
    const truth = Float64Array.from({ length: rows * columns }, (_, index) => {
      const [row, column] = [Math.floor(index / columns), index % columns];
      let sum = 0;
      for (let k = 0; k < depth; k++) sum += a[row * depth + k]! * b[k * columns + column]!;
      return sum;
    });
    for (const [transposeA, transposeB] of transpositions) {
      const product = tf.tidy(() => {
        const left = tf.tensor2d(Float32Array.from(a), [rows, depth]);
        const right = tf.tensor2d(Float32Array.from(b), [depth, columns]);
        const turn = (x: tf.Tensor2D, turned: boolean) => (turned ? tf.transpose(x) : x);
        const y = tf.matMul(turn(left, transposeA), turn(right, transposeB), transposeA, transposeB);
        expect(y.shape).toEqual([rows, columns]);
        return y.dataSync();
      });
      expectClose(product, truth, 1e-6);
    }
  });

  it('computes batches of one, and leaves larger ones to TensorFlow.js', async () => {
    for (const [left, right] of [
      [
        [1, 2, 3],
        [3, 4],
      ],
      [
        [2, 2, 3],
        [2, 3, 4],
      ],
      [
        [2, 2, 3],
        [1, 3, 4],
      ],
    ] as const) {
      const [ours, cpu] = await onBoth(() => {
        const y = tf.matMul(sampleTensor(left, left.length), sampleTensor(right, right.length));
        expect(y.shape).toEqual([left[0], 2, 4]);
        return y;
      });
      expectClose(ours, cpu, 1e-6);
    }
  });
});

describe('MaxPoolGrad', () => {
  it.each([
    ['valid', [2, 9, 8, 5], 3, 2],
    ['same', [2, 9, 8, 8], 3, 2],
    ['same', [1, 6, 6, 3], 2, 2],
    [1, [3, 7, 7, 9], 3, 2],
    [1, [2, 5, 5, 4], 3, 1],
  ] as const)(
    'agrees with the cpu backend: padding %s of %j, window %i, stride %i',
    async (pad, shape, window, stride) => {
      // Whole numbers and zeros, as after a ReLU: many pixels share the maximum.
      const [ours, cpu] = await onBoth(() => {
        const whole = sample(tf.util.sizeFromShape([...shape]), 1).map((value) =>
          Math.max(0, Math.round(3 * value)),
        );
        const x = tensor(whole, shape) as tf.Tensor4D;
        const y = tf.maxPool(x, window, stride, pad);
        const dy = sampleTensor(y.shape, 2) as tf.Tensor4D;
        const attrs = { filterSize: window, strides: stride, pad };
        return tf.engine().runKernel('MaxPoolGrad', { dy, input: x, output: y }, attrs as never) as tf.Tensor;
      });
      expectClose(ours, cpu, 1e-6);
    },
  );
});

describe('AvgPoolGrad', () => {
  it.each([
    ['valid', [2, 8, 8, 8], 2, 2],
    ['valid', [2, 9, 8, 5], 3, 2],
    ['same', [2, 9, 8, 7], 3, 2],
    [1, [2, 5, 5, 4], 3, 1],
  ] as const)(
    'agrees with the cpu backend: padding %s of %j, window %i, stride %i',
    async (pad, shape, window, stride) => {
      const [ours, cpu] = await onBoth(() => {
        const input = sampleTensor(shape, 1) as tf.Tensor4D;
        const dy = sampleTensor(tf.avgPool(input, window, stride, pad).shape, 2);
        const attrs = { filterSize: window, strides: stride, pad };
        return tf.engine().runKernel('AvgPoolGrad', { dy, input }, attrs as never) as tf.Tensor;
      });
      expectClose(ours, cpu, 1e-6);
    },
  );
});

describe('Sum and Mean', () => {
  it.each<[number[], number | number[]]>([
    [
      [2, 5, 6, 64],
      [1, 2],
    ],
    [
      [2, 5, 6, 37],
      [1, 2],
    ],
    [[3, 2, 7], 1],
    [[3, 2, 7], 0],
    [
      [3, 2, 7],
      [1, 0],
    ],
    [
      [3, 2, 7],
      [0, 2],
    ],
    [[3, 2, 7], 2],
    [[300, 35], -2],
    [
      [4, 3, 2],
      [0, 1, 2],
    ],
  ])('of %j over the axes %j agree with the cpu backend', async (shape, axes) => {
    for (const keepDims of [true, false])
      for (const reduce of [tf.sum, tf.mean]) {
        const shapes: number[][] = [];
        const [ours, cpu] = await onBoth(() => {
          const y = reduce(sampleTensor(shape, 1), axes, keepDims);
          shapes.push(y.shape);
          return y;
        });
        expectClose(ours, cpu, 1e-6);
        expect(shapes[0]).toEqual(shapes[1]);
      }
  });

  it('lose no more for many rows than for few', () => {
    const rows = 100_000;
    const values = sample(rows * 5, 1, 1000);
    const means = Float64Array.from({ length: 5 }, (_, c) => {
      let total = 0;
      for (let row = 0; row < rows; row++) total += values[row * 5 + c]!;
      return total / rows;
    });
    const ours = tf.tidy(() => tf.mean(tensor(values, [rows, 5]), 0).dataSync());
    expectClose(ours, means, 1e-6);
  });

  it('propagate NaN, sum nothing to 0, and leave whole numbers to TensorFlow.js', () => {
    tf.tidy(() => {
      const x = tf.tensor([1, NaN, 2, 3], [2, 2]);
      expect([...tf.sum(x, 0).dataSync()]).toEqual([3, NaN]);
      const whole = tf.sum(tf.tensor2d([1, 2, 3, 4], [2, 2], 'int32'), 0);
      expect([whole.dtype, ...whole.dataSync()]).toEqual(['int32', 4, 6]);
      expect([...tf.sum(tf.zeros([0, 2]), 0).dataSync()]).toEqual([0, 0]);
      expect([...tf.sum(tf.zeros([2, 0])).dataSync()]).toEqual([0]);
      expect([...tf.mean(tf.zeros([0, 2]), 0).dataSync()]).toEqual([NaN, NaN]);
    });
  });
});

describe('copies', () => {
  it.each<[string, (x: tf.Tensor) => tf.Tensor]>([
    ['a slice of every axis', (x) => tf.slice(x, [1, 2, 0, 3], [2, 3, 4, 5])],
    ['a slice of the first axis', (x) => tf.slice(x, [1], [2])],
    ['a slice of channels', (x) => tf.slice(x, [0, 0, 0, 2], [-1, -1, -1, 4])],
    ['an empty slice', (x) => tf.slice(x, [0, 0, 0, 2], [3, 5, 4, 0])],
    ['all of it', (x) => tf.slice(x, [0, 0, 0, 0], x.shape)],
    ['every second pixel', (x) => tf.stridedSlice(x, [0, 0, 0, 0], x.shape, [1, 2, 2, 1])],
    ['every third channel, backwards', (x) => tf.stridedSlice(x, [0, 0, 0, 8], [3, 5, 4, 0], [1, 2, 1, -3])],
    ['a strided slice without strides', (x) => tf.stridedSlice(x, [1, 0, 1, 2], [2, 5, 3, 7])],
    [
      'an entry of an axis',
      (x) => tf.stridedSlice(x, [1, 0, 0, 0], [2, 5, 4, 9], [1, 1, 1, 1], 0, 0, 0, 0, 1),
    ],
    ['repeated pixels', (x) => tf.tile(tf.slice(x, [0, 0, 0, 0], [3, 1, 1, 9]), [1, 3, 2, 1])],
    ['repeated in every axis', (x) => tf.tile(x, [2, 3, 2, 2])],
    ['a repeated number', (x) => tf.tile(tf.slice(tf.reshape(x, [-1]), 5, 1), [7])],
    ['not repeated', (x) => tf.tile(x, [1, 1, 1, 1])],
    ['not at all', (x) => tf.tile(x, [1, 0, 1, 1])],
    ['whole numbers', (x) => tf.slice(tf.cast(tf.mul(x, 9), 'int32'), [1, 2, 0, 3], [2, 3, 4, 5])],
  ])('agree with the cpu backend: %s', async (_, compute) => {
    const shapes: number[][] = [];
    const [ours, cpu] = await onBoth(() => {
      const y = compute(sampleTensor([3, 5, 4, 9], 1));
      shapes.push([...y.shape, y.dtype === 'int32' ? 1 : 0]);
      return y;
    });
    expect([...ours]).toEqual([...cpu]);
    expect(shapes[0]).toEqual(shapes[1]);
  });
});
