// What ResNet-50's training computes, at the sizes that it has with 32 images at a time of 64×64 pixels: every third layer of it,
// and with RESNETJS_THOROUGH=1 all, of 224×224 too. The stem's filter gradient is a product 32,768 deep, and then 401,408. All of it in
// float64 would take hours, so entries and channels are sampled. One and two threads give the same bits of everything.
import { type ConvolutionShape, convolutionShapeOf, kernelNames } from '@resnetjs/backend';
import { courseResNet50, shapes, walk } from '@resnetjs/core';
import { batchNorm, batchNormGradient, sample } from '@resnetjs/kernel-tests';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, it } from 'vitest';
import { registerAgain } from './register-again.test-support.js';

afterAll(() => tf.removeBackend('wasm'));

const batch = 32;
const thorough = process.env.RESNETJS_THOROUGH === '1';
const sizes = thorough ? [64, 224] : [64];
const chosen = <Layer>(layers: readonly Layer[]) => layers.filter((_, at) => thorough || at % 3 === 0);
const entries = 40;

/** The distinct convolutions and normalizations of ResNet-50 over images of this size, as `[name, …]`. */
function layersOf(size: number) {
  const network = courseResNet50({ input: [size, size, 3] });
  const results = shapes(network);
  const convolutions = new Map<string, Layer>();
  const norms = new Map<string, readonly [name: string, height: number, width: number, channels: number]>();
  for (const [index, { op, from }] of walk(network).entries()) {
    const [height, width, channels] = results[from[0] ?? index] as [number, number, number];
    if (op.op === 'norm') {
      const name = `${height}×${width}×${channels}`;
      norms.set(name, [name, height, width, channels]);
    }
    if (op.op !== 'conv') continue;
    const [kernel, stride] = [op.kernelSize[0], op.strides[0]];
    const name = `${height}×${width}×${channels}, ${kernel}×${kernel}/${stride} to ${op.filters}`;
    convolutions.set(name, [
      name,
      { height, channels, filters: op.filters, kernel, stride, pad: op.padding as 'same' | 'valid' },
    ]);
  }
  return { convolutions: [...convolutions.values()], norms: [...norms.values()] };
}

type Layer = readonly [
  name: string,
  conv: {
    readonly height: number;
    readonly channels: number;
    readonly filters: number;
    readonly kernel: number;
    readonly stride: number;
    readonly pad: 'same' | 'valid';
  },
];

type Results = Readonly<Record<string, Float32Array>>;

/** What `compute` gives with one thread; two give the same, to the bit. */
async function withEitherTeam(compute: () => Record<string, tf.Tensor>): Promise<Results> {
  const found: Results[] = [];
  for (const threads of [1, 2]) {
    await registerAgain(threads);
    const tensors = compute();
    const arrays: Record<string, Float32Array> = {};
    for (const [name, tensor] of Object.entries(tensors))
      arrays[name] = (await tensor.data()).slice() as Float32Array;
    tf.dispose(tensors);
    found.push(arrays);
  }
  const [alone, together] = found as [Results, Results];
  for (const [name, values] of Object.entries(alone)) {
    const bytes = ({ buffer }: Float32Array) => Buffer.from(buffer as ArrayBuffer);
    expect(Buffer.compare(bytes(values), bytes(together[name] as Float32Array)), name).toBe(0);
  }
  return alone;
}

const run = (name: string, inputs: Record<string, tf.Tensor>, attributes: object) =>
  tf.engine().runKernel(name, inputs, attributes as tf.NamedAttrMap) as tf.Tensor;

/** ‖found − exact‖ ≤ 1e-5 ‖exact‖: float32 keeps 6e-8 of a number; a sum of 10⁵ products loses a few dozen times that. */
function expectNear(pairs: readonly (readonly [found: number, exact: number])[], limit = 1e-5): void {
  let [error, norm] = [0, 0];
  for (const [found, exact] of pairs) {
    error += (found - exact) ** 2;
    norm += exact ** 2;
  }
  expect(pairs.length).toBeGreaterThan(0);
  expect(Math.sqrt(error)).toBeLessThan(limit * Math.sqrt(norm));
}

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

describe.each(sizes)('ResNet-50 over images of %d pixels a side', (size) => {
  const { convolutions, norms } = layersOf(size);

  it('has all its kinds of layers', () => {
    expect(convolutions.length).toBe(20);
    expect(norms.length).toBe(9);
  });

  it.each(chosen(convolutions))('convolution and gradients of %s', async (_, layer) => {
    const { height, channels, filters, kernel, stride, pad } = layer;
    const info = tf.backend_util.computeConv2DInfo(
      [batch, height, height, channels],
      [kernel, kernel, channels, filters],
      stride,
      1,
      pad,
    );
    const shape = convolutionShapeOf(info);
    const count = tf.util.sizeFromShape;
    const values = {
      x: Float32Array.from(sample(count(info.inShape), 1)),
      filter: Float32Array.from(sample(count(info.filterShape), 2)),
      y: Float32Array.from(sample(count(info.outShape), 3)), // the result's gradient
      bias: Float32Array.from(sample(filters, 4)),
    };
    const found = await withEitherTeam(() => {
      const x = tf.tensor4d(values.x, info.inShape);
      const filter = tf.tensor4d(values.filter, info.filterShape);
      const dy = tf.tensor4d(values.y, info.outShape);
      const bias = tf.tensor1d(values.bias);
      const attributes = { strides: stride, pad, dataFormat: 'NHWC', dimRoundingMode: undefined };
      const results = {
        y: tf.conv2d(x, filter, stride, pad),
        activated: tf.fused.conv2d({ x, filter, bias, strides: stride, pad, activation: 'relu' }),
        x: run('Conv2DBackpropInput', { dy, filter }, { ...attributes, inputShape: info.inShape }),
        filter: run('Conv2DBackpropFilter', { x, dy }, { ...attributes, filterShape: info.filterShape }),
      };
      tf.dispose([x, filter, dy, bias]);
      return results;
    });
    const scattered = (data: Float32Array) =>
      Array.from({ length: entries }, (_, each) => (2_654_435_761 * (each + 1)) % data.length);
    for (const of of ['x', 'filter', 'y'] as const) {
      const data = found[of] as Float32Array;
      const pairs = scattered(data).map((index) => {
        let exact = 0;
        for (const [i, k, o] of productsOf(shape, of, index)) {
          exact +=
            of === 'y'
              ? (values.x[i] as number) * (values.filter[k] as number)
              : (values.y[o] as number) * ((of === 'x' ? values.filter[k] : values.x[i]) as number);
        }
        return [data[index] as number, exact] as const;
      });
      expectNear(pairs);
      if (of !== 'y') continue;
      const activated = found.activated as Float32Array;
      expectNear(
        scattered(data).map((index, each) => [
          activated[index] as number,
          Math.max(0, (pairs[each]?.[1] as number) + (values.bias[index % filters] as number)),
        ]),
      );
    }
  });

  it.each(chosen(norms))(
    'normalization and gradient of %s, with ReLU',
    async (_, height, width, channels) => {
      const shape = [batch, height, width, channels];
      const x = sample(tf.util.sizeFromShape(shape), 1, 0.3);
      const dy = sample(x.length, 2);
      const scale = sample(channels, 3, 1, 0.5);
      const offset = sample(channels, 4, 0, 0.5);
      const epsilon = 1e-3;
      const found = await withEitherTeam(() => {
        const inputs = {
          x: tf.tensor(Float32Array.from(x), shape),
          scale: tf.tensor1d(Float32Array.from(scale)),
          offset: tf.tensor1d(Float32Array.from(offset)),
        };
        const attributes = { epsilon, activation: 'relu' };
        const [y, mean, variance] = run(
          kernelNames.batchNormTraining,
          inputs,
          attributes,
        ) as unknown as Three;
        const given = tf.tensor(Float32Array.from(dy), shape);
        const all = { ...inputs, dy: given, mean, variance };
        const gradients = run(kernelNames.batchNormTrainingGradient, all, attributes) as unknown as Three;
        const [dx, dScale, dOffset] = gradients;
        tf.dispose([inputs, given]);
        return { y, mean, variance, dx, dScale, dOffset };
      });
      for (const channel of new Set([0, 1, channels - 1, Math.floor(channels / 3)])) {
        const own = (values: Float64Array) =>
          Float64Array.from(
            { length: values.length / channels },
            (_, row) => values[row * channels + channel] as number,
          );
        const one = {
          ...{ channels: 1, epsilon, activation: 'relu' as const, x: own(x) },
          ...{ scale: scale.slice(channel, channel + 1), offset: offset.slice(channel, channel + 1) },
        };
        const exact = { ...batchNorm(one), ...batchNormGradient(one, own(dy)) };
        for (const name of ['y', 'dx'] as const) {
          const values = own(Float64Array.from(found[name] as Float32Array));
          const pairs = Array.from(values, (value, i) => [value, exact[name][i] as number] as const);
          // At the ReLU's kink float32 may be on the other side, where the gradient is another.
          const level = (i: number) =>
            (exact.normalized[i] as number) * (one.scale[0] as number) + (one.offset[0] as number);
          expectNear(pairs.filter((_, i) => Math.abs(level(i)) > 1e-4));
        }
        for (const name of ['mean', 'variance', 'dScale', 'dOffset'] as const)
          expectNear([[found[name]?.[channel] as number, exact[name][0] as number]], 1e-4);
      }
    },
  );

  it.each([
    ['the dense layer', batch, 2048, 1000],
    ['its kernel’s gradient', 2048, batch, 1000],
    ['its input’s gradient', batch, 1000, 2048],
  ])('product: %s', async (name, rows, depth, columns) => {
    const [transposeA, transposeB] = [name.includes('kernel'), name.includes('input')];
    const a = Float32Array.from(sample(rows * depth, 1));
    const b = Float32Array.from(sample(depth * columns, 2));
    const { c } = (await withEitherTeam(() => {
      const left = tf.tensor2d(a, transposeA ? [depth, rows] : [rows, depth]);
      const right = tf.tensor2d(b, transposeB ? [columns, depth] : [depth, columns]);
      const product = tf.matMul(left, right, transposeA, transposeB);
      tf.dispose([left, right]);
      return { c: product };
    })) as { c: Float32Array };
    const pairs = Array.from({ length: entries }, (_, each) => {
      const index = (2_654_435_761 * (each + 1)) % c.length;
      const [row, column] = [Math.floor(index / columns), index % columns];
      let exact = 0;
      for (let k = 0; k < depth; k++)
        exact +=
          (a[transposeA ? k * rows + row : row * depth + k] as number) *
          (b[transposeB ? column * depth + k : k * columns + column] as number);
      return [c[index] as number, exact] as const;
    });
    expectNear(pairs);
  });
});

type Three = [tf.Tensor, tf.Tensor, tf.Tensor];
