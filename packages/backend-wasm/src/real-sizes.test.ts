// Convolutions and their gradients at the sizes that the course's ResNet-50 has with 64×64 images, 32 at a time: the
// stem's filter gradient is a product 32,768 deep. All of it in float64 would take minutes, so entries are sampled.
import { type ConvolutionShape, convolutionShapeOf } from '@resnetjs/backend';
import { sample } from '@resnetjs/kernel-tests';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, it } from 'vitest';
import { registerAgain } from './register-again.test-support.js';

afterAll(() => tf.removeBackend('wasm'));

type Row = [
  name: string,
  size: number,
  into: number,
  out: number,
  filter: number,
  stride: number,
  pad: 'same' | 'valid',
];
const rows: readonly Row[] = [
  ['the stem', 70, 3, 64, 7, 2, 'valid'],
  ['3×3, the largest map', 15, 64, 64, 3, 1, 'same'],
  ['1×1, the largest map', 15, 256, 64, 1, 1, 'valid'],
  ['1×1 with stride 2, most channels', 4, 1024, 2048, 1, 2, 'valid'],
  ['3×3, most channels', 2, 512, 512, 3, 1, 'same'],
];

const entries = 60;

/** Each product of the definition that one entry of the filter, the result, or the input takes part in. */
function* productsOf(
  c: ConvolutionShape,
  of: 'x' | 'filter' | 'y',
  wanted: number,
): Generator<[number, number, number]> {
  const axes = {
    x: [c.batch, c.height, c.width, c.inChannels],
    filter: [c.filterHeight, c.filterWidth, c.inChannels, c.outChannels],
    y: [c.batch, c.outHeight, c.outWidth, c.outChannels],
  } as const;
  const place = (index: number, [, b, d, e]: readonly [number, number, number, number]) =>
    [
      Math.floor(index / (b * d * e)),
      Math.floor(index / (d * e)) % b,
      Math.floor(index / e) % d,
      index % e,
    ] as const;
  const at = place(wanted, axes[of]);
  const range = (fixed: number | undefined, count: number) =>
    fixed === undefined ? Array.from({ length: count }, (_, i) => i) : [fixed];
  const [n, co, ci] = [
    of === 'filter' ? undefined : at[0],
    of === 'filter' || of === 'y' ? at[3] : undefined,
    of === 'filter' ? at[2] : of === 'x' ? at[3] : undefined,
  ];
  for (const image of range(n, c.batch))
    for (const ky of range(of === 'filter' ? at[0] : undefined, c.filterHeight))
      for (const kx of range(of === 'filter' ? at[1] : undefined, c.filterWidth))
        for (const oy of range(of === 'y' ? at[1] : undefined, c.outHeight))
          for (const ox of range(of === 'y' ? at[2] : undefined, c.outWidth)) {
            const iy = oy * c.strideHeight + ky - c.top;
            const ix = ox * c.strideWidth + kx - c.left;
            if (iy < 0 || iy >= c.height || ix < 0 || ix >= c.width) continue;
            if (of === 'x' && (iy !== at[1] || ix !== at[2])) continue;
            for (const i of range(ci, c.inChannels))
              for (const o of range(co, c.outChannels))
                yield [
                  ((image * c.height + iy) * c.width + ix) * c.inChannels + i,
                  ((ky * c.filterWidth + kx) * c.inChannels + i) * c.outChannels + o,
                  ((image * c.outHeight + oy) * c.outWidth + ox) * c.outChannels + o,
                ];
          }
}

describe.each([1, 2])('with %d threads', (threads) => {
  it.each(rows)(
    '%s: results and gradients are those of float64',
    async (_, size, into, out, filterSize, stride, pad) => {
      await registerAgain(threads);
      const info = tf.backend_util.computeConv2DInfo(
        [32, size, size, into],
        [filterSize, filterSize, into, out],
        stride,
        1,
        pad,
      );
      const shape = convolutionShapeOf(info);
      const count = tf.util.sizeFromShape;
      const values = {
        x: sample(count(info.inShape), 1),
        filter: sample(count(info.filterShape), 2),
        y: sample(count(info.outShape), 3), // the result's gradient
      };
      const x = tf.tensor4d(Float32Array.from(values.x), info.inShape);
      const filter = tf.tensor4d(Float32Array.from(values.filter), info.filterShape);
      const dy = tf.tensor4d(Float32Array.from(values.y), info.outShape);
      const attributes = { strides: stride, pad, dataFormat: 'NHWC' };
      const run = (name: string, inputs: Record<string, tf.Tensor>, own: object) =>
        tf.engine().runKernel(name, inputs as never, { ...attributes, ...own } as never) as tf.Tensor;
      const found = {
        y: tf.conv2d(x, filter, stride, pad),
        x: run('Conv2DBackpropInput', { dy, filter }, { inputShape: info.inShape }),
        filter: run('Conv2DBackpropFilter', { x, dy }, { filterShape: info.filterShape }),
      };
      for (const of of ['x', 'filter', 'y'] as const) {
        const data = await found[of].data();
        let [error, norm] = [0, 0];
        for (let each = 0; each < entries; each++) {
          const index = (2_654_435_761 * (each + 1)) % data.length; // scattered over all axes
          let exact = 0;
          for (const [i, k, o] of productsOf(shape, of, index)) {
            exact +=
              of === 'y'
                ? (values.x[i] as number) * (values.filter[k] as number)
                : (values.y[o] as number) * ((of === 'x' ? values.filter[k] : values.x[i]) as number);
          }
          error += ((data[index] as number) - exact) ** 2;
          norm += exact ** 2;
        }
        // float32 keeps 6e-8 of a number; a sum of tens of thousands of products loses a few dozen times that.
        expect(Math.sqrt(error / norm)).toBeLessThan(1e-5);
      }
      tf.dispose([x, filter, dy, ...Object.values(found)]);
    },
  );
});
