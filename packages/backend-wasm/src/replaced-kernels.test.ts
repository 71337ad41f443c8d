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
