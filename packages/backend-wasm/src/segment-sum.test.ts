import { expectClose, sample, tensor } from '@resnetjs/kernel-tests';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { register } from './index.js';

beforeAll(async () => {
  await register();
});

const run = (x: tf.Tensor, segmentIds: tf.Tensor, numSegments: number) =>
  tf.engine().runKernel('UnsortedSegmentSum', { x, segmentIds }, { numSegments }) as tf.Tensor;

/** Checks the sums of [rows, columns] against float64. */
function check(ids: readonly number[], columns: number, segments: number): void {
  const x = sample(ids.length * columns, 1);
  const expected = new Float64Array(segments * columns);
  for (const [row, id] of ids.entries())
    if (id >= 0 && id < segments)
      for (let c = 0; c < columns; c++) expected[id * columns + c]! += x[row * columns + c]!;
  const before = tf.memory();
  const sums = tf.tidy(() =>
    run(tensor(x, [ids.length, columns]), tf.tensor1d(ids as number[], 'int32'), segments).dataSync(),
  );
  expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, numDataBuffers: before.numDataBuffers });
  expectClose(sums, expected, 1e-6);
}

describe('UnsortedSegmentSum', () => {
  it('agrees with float64 for any ids', () => {
    const id = fc.integer({ min: -3, max: 12 });
    fc.assert(
      fc.property(
        fc.array(id, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 150 }),
        fc.integer({ min: 1, max: 9 }),
        (ids, columns, segments) => check(ids, columns, segments),
      ),
      { numRuns: 200, seed: 20130117 },
    );
  });

  it('loses no digits over a hundred thousand rows of one segment', () => {
    const ids = Array.from({ length: 100_000 }, (_, row) => (row % 50 === 0 ? 1 : 0));
    const x = tf.fill([ids.length, 3], 1.1);
    const y = run(x, tf.tensor1d(ids, 'int32'), 2);
    const each = Math.fround(1.1);
    expectClose(
      y.dataSync(),
      [98_000, 98_000, 98_000, 2000, 2000, 2000].map((rows) => rows * each),
      1e-6,
    );
    tf.dispose([x, y]);
  });

  it('leaves out rows of negative ids, and of ids beyond the segments; segments without rows are 0', () => {
    tf.tidy(() => {
      tf.fill([4, 2], 7).dataSync(); // Memory that is used again holds old numbers.
      const x = tf.tensor2d([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [5, 2]);
      const y = run(x, tf.tensor1d([2, -1, 0, 4, 2], 'int32'), 4);
      expect(y.arraySync()).toEqual([
        [5, 6],
        [0, 0],
        [10, 12],
        [0, 0],
      ]);
    });
  });

  it('takes ids of several axes, vectors, whole numbers, and nothing', () => {
    tf.tidy(() => {
      const ids = tf.tensor2d([0, 1, 1, 0], [2, 2], 'int32');
      expect(run(tf.tensor3d([1, 2, 3, 4], [2, 2, 1]), ids, 2).arraySync()).toEqual([[5], [5]]);
      expect(run(tf.tensor1d([1, 2, 4]), tf.tensor1d([1, 1, 0], 'int32'), 2).arraySync()).toEqual([4, 3]);
      const whole = run(tf.tensor1d([1, 2, 4], 'int32'), tf.tensor1d([1, 1, 0], 'int32'), 2);
      expect(whole.arraySync()).toEqual([4, 3]);
      expect(run(tf.zeros([0, 3]), tf.tensor1d([], 'int32'), 2).arraySync()).toEqual([
        [0, 0, 0],
        [0, 0, 0],
      ]);
      expect(run(tf.zeros([2, 0]), tf.tensor1d([0, 1], 'int32'), 2).shape).toEqual([2, 0]);
      expect(run(tf.zeros([2, 3]), tf.tensor1d([0, 1], 'int32'), 0).shape).toEqual([0, 3]);
    });
  });

  it('propagates NaN to its own segment and column alone', () => {
    tf.tidy(() => {
      const x = tf.tensor2d([1, Number.NaN, 1, 1, 1, 1], [3, 2]);
      const y = run(x, tf.tensor1d([1, 1, 0], 'int32'), 2);
      expect([...y.dataSync()]).toEqual([1, 1, 2, Number.NaN]);
    });
  });

  it('refuses ids that are not the first axes of x, or not whole, and leaks nothing', () => {
    const before = tf.memory().numDataBuffers;
    tf.tidy(() => {
      expect(() => run(tf.ones([3, 2]), tf.tensor1d([0, 1], 'int32'), 2)).toThrow(/segmentIds, \[2\]/);
      expect(() => run(tf.ones([2, 2]), tf.tensor1d([0, 1]), 2)).toThrow('Expected an int32 tensor');
      expect(() => run(tf.ones([2, 2], 'int32'), tf.tensor1d([0, 1]), 2)).toThrow('Expected an int32 tensor');
    });
    expect(tf.memory().numDataBuffers).toBe(before);
  });

  it('is the gradient of a lookup that repeats rows', () => {
    tf.tidy(() => {
      const table = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
      const indices = tf.tensor1d([2, 0, 2], 'int32');
      const look = (x: tf.Tensor) =>
        tf.sum(tf.mul(tf.gather(x, indices), tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2])));
      expect(tf.grad(look)(table).arraySync()).toEqual([
        [3, 4],
        [0, 0],
        [6, 8],
      ]);
    });
  });
});
