import { groupedConvolutionShape, kernelNames } from '@resnetjs/backend';
import { convolutionGradients, convolve, expectClose, run, sample, tensor } from '@resnetjs/kernel-tests';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { register } from './index.js';
import { suitsFilterGradient, suitsWinograd } from './winograd.js';

let threads: number;
beforeAll(async () => {
  ({ threads } = await register({ threads: 2, instructions: 'auto' }));
});

const upTo = (least: number, most: number) => fc.integer({ min: least, max: most });
const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

it('computes convolutions of 3×3, with bias, addition and activation, and their gradients, for any size and padding', () => {
  expect(threads).toBe(2);
  let tiled = 0;
  const margins = fc.array(upTo(0, 5), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(upTo(1, 3), upTo(3, 9), upTo(3, 9), upTo(4, 6), upTo(4, 9), margins, (...drawn) => {
      const [batch, height, width, into, out, [top, bottom, left, right]] = drawn as [
        ...[number, number, number, number, number],
        [number, number, number, number],
      ];
      const [xShape, filterShape] = [
        [batch, height, width, 4 * into],
        [3, 3, 4 * into, 4 * out],
      ] as [[number, number, number, number], [number, number, number, number]];
      const pad = [
        [0, 0],
        [top, bottom],
        [left, right],
        [0, 0],
      ] as tf.backend_util.ExplicitPadding;
      const attributes = {
        strides: [1, 1] as [number, number],
        pad,
        dilations: [1, 1] as const,
        dataFormat: 'NHWC',
      };
      const shape = groupedConvolutionShape('test', xShape, filterShape, { ...attributes, groups: 1 });
      if (suitsWinograd(shape)) tiled++;
      const yShape = [batch, shape.outHeight, shape.outWidth, 4 * out];
      const [values, weights] = [sample(size(xShape), 1), sample(size(filterShape), 2)];
      const [offsets, added] = [sample(4 * out, 3), sample(size(yShape), 4)];
      const [x, filter] = [tensor(values, xShape), tensor(weights, filterShape)];
      const [bias, addend] = [tensor(offsets), tensor(added, yShape)];
      const sums = convolve(shape, values, weights);
      // The second and the third time with a prepared filter.
      for (let time = 0; time < 3; time++)
        expectClose(run(tf.Conv2D, { x, filter }, attributes)[0] as never, sums, 2e-6);
      const { strides } = attributes;
      const [total] = run(
        kernelNames.fusedConvAdd,
        { x, filter, bias, addend },
        { strides, pad, activation: 'relu' },
      );
      const expected = sums.map((sum, i) =>
        Math.max(0, sum + (offsets[i % (4 * out)] as number) + (added[i] as number)),
      );
      expectClose(total as never, expected, 2e-6);
      const gradients = convolutionGradients(shape, { x: values, filter: weights, dy: added });
      const [dX] = run(tf.Conv2DBackpropInput, { dy: addend, filter }, { ...attributes, inputShape: xShape });
      expectClose(dX as never, gradients.dx, 2e-6);
      tf.dispose([x, filter, bias, addend]);
    }),
    { numRuns: 40, seed: 20161210 },
  );
  expect(tiled).toBeGreaterThan(15);
});

it('computes the gradients of filters of 3×3 for any size and padding, in chunks and parts', () => {
  let [tiled, chunked] = [0, 0];
  const margins = fc.array(upTo(0, 3), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(upTo(4, 24), upTo(4, 11), upTo(4, 11), upTo(4, 6), upTo(4, 10), margins, (...drawn) => {
      const [batch, height, width, into, out, [top, bottom, left, right]] = drawn as [
        ...[number, number, number, number, number],
        [number, number, number, number],
      ];
      const xShape = [batch, height, width, 4 * into] as [number, number, number, number];
      const filterShape = [3, 3, 4 * into, 4 * out] as [number, number, number, number];
      const pad = [
        ...[
          [0, 0],
          [top, bottom],
        ],
        ...[
          [left, right],
          [0, 0],
        ],
      ] as tf.backend_util.ExplicitPadding;
      const attributes = {
        ...{ strides: [1, 1] as [number, number], pad, dilations: [1, 1] as const },
        dataFormat: 'NHWC',
      };
      const shape = groupedConvolutionShape('test', xShape, filterShape, { ...attributes, groups: 1 });
      if (suitsFilterGradient(shape)) tiled++;
      if (batch * Math.ceil(shape.outHeight / 2) * Math.ceil(shape.outWidth / 2) > 256) chunked++;
      const yShape = [batch, shape.outHeight, shape.outWidth, 4 * out];
      const [values, gradient] = [sample(size(xShape), 1), sample(size(yShape), 2)];
      const [x, dy] = [tensor(values, xShape), tensor(gradient, yShape)];
      const filter = new Float32Array(size(filterShape));
      const [dFilter] = run(tf.Conv2DBackpropFilter, { x, dy }, { ...attributes, filterShape });
      expectClose(
        dFilter as never,
        convolutionGradients(shape, { x: values, filter, dy: gradient }).dFilter,
        2e-6,
      );
      tf.dispose([x, dy]);
    }),
    { numRuns: 12, seed: 20161210 },
  );
  expect(tiled).toBeGreaterThan(6);
  expect(chunked).toBeGreaterThan(1);
});

it('keeps no memory of filters that are disposed of', () => {
  const x = tf.ones([1, 8, 8, 16]) as tf.Tensor4D;
  const heap = () => (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length;
  const once = () => {
    const filter = tf.randomNormal([3, 3, 16, 512]) as tf.Tensor4D;
    for (let time = 0; time < 3; time++) tf.conv2d(x, filter, 1, 'same').dispose();
    filter.dispose();
  };
  for (let round = 0; round < 4; round++) once();
  const before = heap();
  for (let round = 0; round < 40; round++) once(); // 40 times half a megabyte
  expect(heap()).toBe(before);
  x.dispose();
});
