// Operations without weights: subsampling, global pooling, gates.
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Network, Op, Subsample } from '../network/types.js';
import { RandomGenerator } from '../random/random-generator.js';
import { differentiate, disposeTrainingPass } from './differentiate.js';
import { forward } from './forward.js';
import { differentiateGate } from './gate.js';
import { differentiateGlobalPool } from './global-pool.js';
import { differentiateSubsample } from './subsample.js';

beforeAll(() => tf.setBackend('cpu'));
let tensors = 0;
beforeEach(() => {
  tensors = tf.memory().numTensors;
});
afterEach(() => expect(tf.memory().numTensors).toBe(tensors));

const random = RandomGenerator.stateless(5);
const noise = (shape: readonly number[]) =>
  tf.tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
    [...shape],
  );
const needs = { input: true, weights: false };
const valuesOf = (tensor: tf.Tensor | null | undefined) => Array.from(tensor?.dataSync() ?? []);

describe('subsampling', () => {
  it.each<[Subsample['strides'], number, number, readonly [number, number]]>([
    [[2, 2], 1, 2, [5, 6]],
    [[1, 3], 0, 0, [4, 7]],
    [[3, 1], 2, 0, [3, 2]],
    [[1, 1], 0, 1, [2, 2]],
    [[4, 4], 1, 1, [3, 3]],
  ])(
    'by %j keeps those pixels, and gives them alone a gradient',
    (strides, before, after, [height, width]) => {
      const op = { op: 'subsample', strides, channelsBefore: before, channelsAfter: after } as const;
      const x = noise([2, height, width, 3]);
      const { y, backward } = differentiateSubsample(op, x);
      const [rows, columns, channels] = [
        Math.ceil(height / strides[0]),
        Math.ceil(width / strides[1]),
        before + 3 + after,
      ];
      expect(y.shape).toEqual([2, rows, columns, channels]);
      const dy = noise(y.shape);
      const [pixels, upstream] = [valuesOf(x), valuesOf(dy)];
      const expected = Array<number>(y.size).fill(0);
      const dx = Array<number>(x.size).fill(0);
      for (let image = 0; image < 2; image++) {
        for (let row = 0; row < rows; row++) {
          for (let column = 0; column < columns; column++) {
            for (let c = 0; c < 3; c++) {
              const from = ((image * height + row * strides[0]) * width + column * strides[1]) * 3 + c;
              const to = ((image * rows + row) * columns + column) * channels + before + c;
              expected[to] = pixels[from] as number;
              dx[from] = upstream[to] as number;
            }
          }
        }
      }
      const [gradient] = backward(dy, needs).inputs;
      expect(valuesOf(y)).toEqual(expected);
      expect(valuesOf(gradient)).toEqual(dx);
      expect(gradient?.shape).toEqual(x.shape);
      tf.dispose([x, y, dy, gradient as tf.Tensor]);
    },
  );
});

describe('global pooling', () => {
  it.each([true, false])(
    'is the mean of each map, and spreads the gradient evenly; keepDims: %s',
    (keepDims) => {
      const x = noise([2, 3, 5, 2]);
      const { y, backward } = differentiateGlobalPool({ op: 'globalPool', keepDims }, x);
      expect(y.shape).toEqual(keepDims ? [2, 1, 1, 2] : [2, 2]);
      const dy = noise(y.shape);
      const [gradient] = backward(dy, needs).inputs;
      const [pixels, upstream, dx] = [valuesOf(x), valuesOf(dy), valuesOf(gradient)];
      valuesOf(y).forEach((value, index) => {
        const map = pixels.filter((_, at) => at % 2 === index % 2 && Math.floor(at / 30) === index >> 1);
        expect(map).toHaveLength(15);
        expect(value).toBeCloseTo(map.reduce((a, b) => a + b) / 15, 6);
      });
      expect(gradient?.shape).toEqual(x.shape);
      dx.forEach((value, at) => {
        const index = 2 * Math.floor(at / 30) + (at % 2);
        expect(value).toBeCloseTo((upstream[index] as number) / 15, 7);
      });
      tf.dispose([x, y, dy, gradient as tf.Tensor]);
    },
  );
});

describe('a gate', () => {
  it.each([
    ['by channel', [2, 1, 1, 3]],
    ['by pixel', [2, 4, 5, 3]],
  ] as const)('%s multiplies, and has the gradients of a product', (_, shape) => {
    const x = noise([2, 4, 5, 3]);
    const factors = noise(shape);
    const { y, backward } = differentiateGate(x, factors);
    const dy = noise(y.shape);
    const [dx, dFactors] = backward(dy, needs).inputs;
    const [pixels, by, upstream] = [valuesOf(x), valuesOf(factors), valuesOf(dy)];
    const indexOf = (at: number) => (shape[1] === 1 ? 3 * Math.floor(at / 60) + (at % 3) : at);
    const sums = Array<number>(factors.size).fill(0);
    pixels.forEach((value, at) => {
      const factor = by[indexOf(at)] as number;
      expect(valuesOf(y)[at]).toBe(Math.fround(value * factor));
      expect(valuesOf(dx)[at]).toBe(Math.fround((upstream[at] as number) * factor));
      sums[indexOf(at)] = (sums[indexOf(at)] as number) + (upstream[at] as number) * value;
    });
    expect(dFactors?.shape).toEqual([...shape]);
    valuesOf(dFactors).forEach((value, index) => {
      expect(value).toBeCloseTo(sums[index] as number, 5);
    });
    tf.dispose([x, factors, y, dy, dx as tf.Tensor, dFactors as tf.Tensor]);
  });

  const none = { weights: new Map(), statistics: new Map() };
  const network = (...gate: readonly (Op & { op: 'act' | 'globalPool' })[]): Network => ({
    ...{ name: 'gated', input: [3, 2, 2], inputName: 'x', stages: [], head: [] },
    stem: [
      { op: 'gate', gate },
      { op: 'act', activation: 'sigmoid' },
    ],
  });

  it.each([
    ['of one pixel', network({ op: 'globalPool', keepDims: true }, { op: 'act', activation: 'sigmoid' })],
    ['of a map', network({ op: 'act', activation: 'sigmoid' })],
  ])('%s takes its input on both ways, and sums their gradients', (_, gated) => {
    const images = noise([2, 3, 2, 2]);
    const upstream = noise([2, 3, 2, 2]);
    const pass = differentiate(gated, none, images, () => upstream.clone(), { input: true });
    const inference = forward(gated, none, images);
    expect(valuesOf(pass.result)).toEqual(valuesOf(inference));
    const gradient = valuesOf(pass.gradients.input);
    const pixels = valuesOf(images);
    const loss = (at: number, delta: number) =>
      tf.tidy(() => {
        const moved = tf.tensor(
          pixels.map((value, index) => (index === at ? value + delta : value)),
          [2, 3, 2, 2],
        );
        const result = valuesOf(forward(gated, none, moved));
        return result.reduce((sum, value, index) => sum + value * (valuesOf(upstream)[index] as number), 0);
      });
    pixels.forEach((_, at) => {
      const slope = (loss(at, 1e-2) - loss(at, -1e-2)) / 2e-2;
      expect(Math.abs((gradient[at] as number) - slope)).toBeLessThan(2e-4); // float32 sums, and a term of the third order
    });
    disposeTrainingPass(pass);
    tf.dispose([images, upstream, inference]);
  });
});
