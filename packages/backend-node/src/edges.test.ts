// Kernels at their edges: windows that are not square, and attributes that differ from those of the call before.
import { kernelNames } from '@resnetjs/backend';
import { batchNorm, batchNormGradient, expectClose, run, sample, tensor } from '@resnetjs/kernel-tests';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { register } from './index.js';
import { describeNative } from './native.test-support.js';
import type { NodeBackend } from './node-backend.js';

type Pair = [number, number];
type Four = [number, number, number, number];
type Pad = 'same' | 'valid' | tf.backend_util.ExplicitPadding;
// biome-ignore format: one padding a line
const explicit: tf.backend_util.ExplicitPadding = [[0, 0], [2, 1], [0, 3], [0, 0]];
// biome-ignore format: one padding a line
const mostlyLeft: tf.backend_util.ExplicitPadding = [[0, 0], [2, 0], [2, 1], [0, 0]];

/** Each pixel of the map, position of the window, and tap in it, that belong together: indices without channels. */
function* tapsOf(
  info: tf.backend_util.Conv2DInfo,
): Generator<[pixel: number, position: number, tap: number]> {
  const { batchSize, inHeight, inWidth, outHeight, outWidth, filterHeight, filterWidth, padInfo } = info;
  for (let n = 0; n < batchSize; n++)
    for (let row = 0; row < outHeight; row++)
      for (let column = 0; column < outWidth; column++)
        for (let ky = 0; ky < filterHeight; ky++)
          for (let kx = 0; kx < filterWidth; kx++) {
            const y = row * info.strideHeight + ky * info.dilationHeight - padInfo.top;
            const x = column * info.strideWidth + kx * info.dilationWidth - padInfo.left;
            if (y < 0 || y >= inHeight || x < 0 || x >= inWidth) continue;
            yield [
              (n * inHeight + y) * inWidth + x,
              (n * outHeight + row) * outWidth + column,
              ky * filterWidth + kx,
            ];
          }
}

describeNative('kernels at their edges', () => {
  beforeAll(() => register());

  it.each<[strides: Pair, dilations: Pair, pad: Pad]>([
    [[1, 2], [1, 1], 'same'],
    [[2, 1], [1, 1], 'same'],
    [[2, 1], [1, 1], 'valid'],
    [[1, 1], [1, 2], 'same'],
    [[1, 1], [2, 1], 'same'],
    [[1, 2], [1, 1], explicit],
    [[2, 1], [1, 1], explicit],
    [[1, 1], [2, 1], explicit],
    [[1, 1], [1, 2], explicit],
    [[1, 1], [1, 1], mostlyLeft],
    [[2, 1], [1, 1], mostlyLeft],
  ])('convolution and gradients: strides %j, dilations %j, padding %j', (strides, dilations, pad) => {
    const [shape, filterShape] = [[2, 7, 9, 3] as Four, [2, 3, 3, 5] as Four];
    const info = tf.backend_util.computeConv2DInfo(shape, filterShape, strides, dilations, pad);
    const [values, kernel, bias] = [sample(378, 1), sample(90, 2), sample(5, 3)];
    const upstream = sample(tf.util.sizeFromShape(info.outShape), 4);
    const y = new Float64Array(upstream.length);
    const [dx, dFilter] = [new Float64Array(378), new Float64Array(90)];
    for (const [pixel, position, tap] of tapsOf(info))
      for (let i = 0; i < 3; i++)
        for (let o = 0; o < 5; o++) {
          const [x, k, to] = [3 * pixel + i, (3 * tap + i) * 5 + o, 5 * position + o];
          y[to]! += values[x]! * kernel[k]!;
          dx[x]! += upstream[to]! * kernel[k]!;
          dFilter[k]! += upstream[to]! * values[x]!;
        }
    tf.tidy(() => {
      const x = tensor(values, shape) as tf.Tensor4D;
      const filter = tensor(kernel, filterShape) as tf.Tensor4D;
      expectClose(tf.conv2d(x, filter, strides, pad, 'NHWC', dilations).dataSync(), y, 1e-6);
      for (const activation of ['linear', 'relu'] as const) {
        const options = { x, filter, bias: tensor(bias) as tf.Tensor1D, strides, pad, dilations, activation };
        const sums = y.map((value, i) => value + bias[i % 5]!);
        const expected = activation === 'linear' ? sums : sums.map((value) => Math.max(0, value));
        expectClose(tf.fused.conv2d(options).dataSync(), expected, 1e-6);
      }
      if (String(dilations) !== '1,1') return;
      const dy = tensor(upstream, info.outShape);
      const attributes = { strides, pad, dataFormat: 'NHWC' };
      const gradient = (name: string, inputs: object, own: object) =>
        tf.engine().runKernel(name, inputs as never, { ...attributes, ...own } as never) as tf.Tensor;
      const ofFilter = gradient('Conv2DBackpropFilter', { x, dy }, { filterShape });
      expectClose(ofFilter.dataSync(), dFilter, 1e-6);
      const ofInput = gradient('Conv2DBackpropInput', { dy, filter }, { inputShape: shape });
      expectClose(ofInput.dataSync(), dx, 1e-6);
    });
  });

  // oneDNN's own ends the process.
  it.each<[strides: Pair, shape: Four]>([
    [
      [2, 1],
      [2, 6, 7, 8],
    ],
    [
      [2, 1],
      [1, 6, 9, 4],
    ],
    [
      [1, 2],
      [2, 9, 9, 3],
    ],
    [
      [2, 1],
      [1, 6, 7, 2],
    ],
  ])('the gradient of a 1×1 filter with strides %j over %j', (strides, shape) => {
    const filterShape = [1, 1, shape[3], 4] as Four;
    const info = tf.backend_util.computeConv2DInfo(shape, filterShape, strides, 1, 'valid');
    const values = sample(tf.util.sizeFromShape(shape), 1);
    const upstream = sample(tf.util.sizeFromShape(info.outShape), 2);
    const expected = new Float64Array(shape[3] * 4);
    for (const [pixel, position] of tapsOf(info))
      for (let i = 0; i < shape[3]; i++)
        for (let o = 0; o < 4; o++)
          expected[4 * i + o]! += values[shape[3] * pixel + i]! * upstream[4 * position + o]!;
    const inputs = { x: tensor(values, shape), dy: tensor(upstream, info.outShape) };
    const attributes = { strides, pad: 'valid', dataFormat: 'NHWC', filterShape };
    const [found] = run(tf.Conv2DBackpropFilter, inputs, attributes);
    tf.dispose(inputs);
    expectClose(found as Float32Array, expected, 1e-6);
  });

  it.each<[size: Pair, strides: Pair, pad: tf.backend_util.ExplicitPadding]>([
    [[3, 4], [1, 2], explicit],
    [[4, 4], [2, 1], explicit],
    [[3, 4], [1, 1], mostlyLeft],
  ])('pooling and gradients: window %j, strides %j, padding %j', (size, strides, pad) => {
    const shape = [2, 6, 9, 1] as Four;
    const info = tf.backend_util.computePool2DInfo(shape, size, strides, 1, pad);
    const values = sample(108, 1, -5); // all below the padding's 0
    const upstream = sample(tf.util.sizeFromShape(info.outShape), 2);
    const windows = Array.from(upstream, () => [] as number[]);
    for (const [pixel, position] of tapsOf(info)) windows[position]!.push(pixel);
    const expected = { max: new Float64Array(upstream.length), mean: new Float64Array(upstream.length) };
    const gradient = { max: new Float64Array(108), mean: new Float64Array(108) };
    windows.forEach((pixels, position) => {
      const largest = pixels.reduce((a, b) => (values[b]! > values[a]! ? b : a));
      expected.max[position] = values[largest]!;
      gradient.max[largest]! += upstream[position]!;
      for (const pixel of pixels) {
        expected.mean[position]! += values[pixel]! / pixels.length;
        gradient.mean[pixel]! += upstream[position]! / pixels.length;
      }
    });
    tf.tidy(() => {
      const [input, dy] = [tensor(values, shape) as tf.Tensor4D, tensor(upstream, info.outShape)];
      const attributes = { filterSize: size, strides, pad };
      const back = (name: string, inputs: object) =>
        (tf.engine().runKernel(name, inputs as never, attributes as never) as tf.Tensor).dataSync();
      const output = tf.maxPool(input, size, strides, pad);
      expectClose(output.dataSync(), expected.max, 1e-7);
      expectClose(tf.avgPool(input, size, strides, pad).dataSync(), expected.mean, 1e-6);
      expectClose(back('MaxPoolGrad', { dy, input, output }), gradient.max, 1e-6);
      expectClose(back('AvgPoolGrad', { dy, input }), gradient.mean, 1e-6);
    });
  });

  it('normalizes with the epsilon of each call, with a ReLU and without', () => {
    for (const epsilon of [1e-5, 0.5, 1e-5, 2])
      for (const activation of ['relu', 'linear'] as const) {
        const [x, dy] = [sample(120, 1), sample(120, 4)];
        const [scale, offset] = [sample(4, 2, 1, 0.5), sample(4, 3)];
        const norm = { channels: 4, epsilon, activation, x, scale, offset };
        const { y, mean, variance } = batchNorm(norm);
        const inputs = { x: tensor(x, [2, 3, 5, 4]), scale: tensor(scale), offset: tensor(offset) };
        const found = run(kernelNames.batchNormTraining, inputs, { epsilon, activation });
        expectClose(found[0] as Float32Array, y);
        const all = {
          ...inputs,
          dy: tensor(dy, [2, 3, 5, 4]),
          y: tensor(y, [2, 3, 5, 4]),
          mean: tensor(mean),
          variance: tensor(variance),
        };
        const [dx] = run(kernelNames.batchNormTrainingGradient, all, { epsilon, activation });
        expectClose(dx as Float32Array, batchNormGradient(norm, dy).dx);
        tf.dispose(all);
      }
  });

  it.each([
    [1e-4, 1e-3],
    [1e-6, 1e-8],
    [0, 0.1],
    [3, 1e-7],
  ])('updates by Adam with a decay of %d and an epsilon of %d', (decay, epsilon) => {
    const [value, gradient, first] = [sample(40, 1), sample(40, 2, 0, 1e-4), sample(40, 3, 0, 1e-4)];
    const second = sample(40, 4).map((each) => Math.fround(each * each * 1e-8));
    const inputs = {
      ...{ variable: tensor(value), gradient: tensor(gradient) },
      ...{ firstMoment: tensor(first), secondMoment: tensor(second) },
    };
    const attributes = { stepSize: 0.01, beta1: 0.9, beta2: 0.999, epsilon, decay };
    const [variable, m, v] = run(kernelNames.adamUpdate, inputs, attributes);
    tf.dispose(inputs);
    const g = gradient.map((each, i) => each + decay * (value[i] as number));
    const firstAfter = first.map((each, i) => each + 0.1 * ((g[i] as number) - each));
    const secondAfter = second.map((each, i) => each + (1 - 0.999) * ((g[i] as number) ** 2 - each));
    expectClose(m as Float32Array, firstAfter, 1e-6);
    expectClose(v as Float32Array, secondAfter, 1e-6);
    const moves = value.map(
      (_, i) => (-0.01 * (firstAfter[i] as number)) / (Math.sqrt(secondAfter[i] as number) + epsilon),
    );
    const found = Array.from(variable as Float32Array, (each, i) => each - (value[i] as number));
    expect(Math.max(...moves.map((move, i) => Math.abs(move - (found[i] as number))))).toBeLessThan(2e-7);
  });

  it('updates by Adam in place where it may, to the same bits, and leaves what is shared alone', () => {
    const attributes = { stepSize: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, decay: 1e-4 };
    const values = {
      ...{ variable: sample(40, 1), gradient: sample(40, 2), firstMoment: sample(40, 3) },
      secondMoment: sample(40, 4).map((each) => each * each),
    };
    type Inputs = Record<keyof typeof values, tf.Tensor>;
    const fresh = () =>
      Object.fromEntries(Object.entries(values).map(([name, each]) => [name, tensor(each)])) as Inputs;
    const update = (inputs: Inputs, reuse: boolean) => {
      const step = (given: Inputs) => {
        const attrs = { ...attributes, reuse } as unknown as tf.NamedAttrMap;
        return tf.engine().runKernel(kernelNames.adamUpdate, given, attrs) as tf.Tensor[];
      };
      // Twice, so that memory that was handed out comes back.
      const [variable, firstMoment, secondMoment] = step(inputs) as [tf.Tensor, tf.Tensor, tf.Tensor];
      return step({ ...inputs, variable, firstMoment, secondMoment }).map((each) => each.dataSync());
    };
    tf.tidy(() => {
      const [one, two] = [fresh(), fresh()];
      const shared = [tf.clone(two.variable), tf.reshape(two.firstMoment, [8, 5])];
      expect(update(two, true)).toEqual(update(one, false));
      expect(shared.map((each) => each.dataSync())).toEqual(
        [values.variable, values.firstMoment].map((each) => Float32Array.from(each)),
      );
      const { tensorMap } = tf.backend() as NodeBackend;
      const isHeld = ({ dataId }: tf.Tensor) => tensorMap.get(dataId).id >= 0;
      expect([two.variable, two.secondMoment, one.secondMoment].map(isHeld)).toEqual([true, false, true]);
    });
  });

  it('casts only what it must: fractions stay', () => {
    tf.tidy(() => {
      const x = tf.tensor1d([0.25, 0.75, 0.5]);
      expect(tf.argMax(x).dataSync()[0]).toBe(1);
      expect(tf.argMin(tf.tensor1d([0.75, 0.25, 0.5])).dataSync()[0]).toBe(1);
      const powers = tf.exp(x).dataSync();
      [0.25, 0.75, 0.5].forEach((value, i) => {
        expect(powers[i]).toBeCloseTo(Math.exp(value), 6);
      });
    });
  });

  it('leaves no tensor after a cast', () => {
    const x = tf.tensor1d([0, 1], 'int32');
    const before = tf.memory().numTensors;
    (tf.engine().runKernel('Exp', { x }) as tf.Tensor).dispose(); // outside of the scope that tf.exp has
    expect(tf.memory().numTensors).toBe(before);
    x.dispose();
  });

  it('leaves no tensor in TensorFlow after a gradient of a convolution', () => {
    const count = () => (tf.backend() as unknown as { getNumOfTFTensors(): number }).getNumOfTFTensors();
    const [x, filter] = [tf.ones([1, 4, 4, 2]), tf.ones([1, 1, 2, 2])];
    const attributes = { strides: 1, pad: 'same', dataFormat: 'NHWC' };
    const step = () =>
      tf.tidy(() => {
        const run = (name: string, inputs: object, own: object) =>
          tf.engine().runKernel(name, inputs as never, { ...attributes, ...own } as never);
        run('Conv2DBackpropFilter', { x, dy: x }, { filterShape: [1, 1, 2, 2] });
        run('Conv2DBackpropInput', { dy: x, filter }, { inputShape: [1, 4, 4, 2] });
      });
    step();
    const before = count();
    for (let i = 0; i < 20; i++) step();
    expect(count()).toBe(before);
    tf.dispose([x, filter]);
  });

  it.each([[[1]], [[1, 1, 5]], [[]]])('a bias of shape %j is added rightly, or refused', (shape) => {
    const values = sample(tf.util.sizeFromShape(shape), 3);
    tf.tidy(() => {
      const x = tensor(sample(32, 1), [1, 4, 4, 2]) as tf.Tensor4D;
      const filter = tensor(sample(10, 2), [1, 1, 2, 5]) as tf.Tensor4D;
      const bias = tensor(values, shape) as tf.Tensor1D;
      const expected = tf.add(tf.conv2d(x, filter, 1, 'same'), bias).dataSync();
      let found: tf.TypedArray;
      try {
        found = tf.fused
          .conv2d({ x, filter, bias, strides: 1, pad: 'same', activation: 'linear' })
          .dataSync();
      } catch {
        return;
      }
      expectClose(found, expected, 1e-6);
    });
  });
});
