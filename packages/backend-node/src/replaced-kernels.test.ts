import { type ConvolutionShape, kernelNames } from '@resnetjs/backend';
import { convolutionGradients, convolve, sample, expectClose, tensor } from '@resnetjs/kernel-tests';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { register } from './index.js';
import { describeNative } from './native.test-support.js';

/** Feature maps [2, height, width, 3] and windows over them, by the definition, in float64. */
interface Windows {
  readonly height: number;
  readonly width: number;
  readonly size: number;
  readonly stride: number;
  readonly pad: number | tf.backend_util.ExplicitPadding;
  readonly rounding?: 'floor' | 'ceil';
}

const batch = 2;
const channels = 3;

/** For each output pixel, the input pixels in its window. */
function windowsOf({ height, width, size, stride, pad, rounding = 'floor' }: Windows) {
  const [, [top, bottom], [left, right]] =
    typeof pad === 'number' ? [[], [pad, pad], [pad, pad]] : (pad as [number, number][]);
  const count = (length: number, before: number, after: number) =>
    Math[rounding]((length + before + after - size) / stride) + 1;
  const rows = count(height, top!, bottom!);
  const columns = count(width, left!, right!);
  const within = (start: number, length: number) =>
    Array.from({ length: size }, (_, offset) => start + offset).map((at) =>
      at >= 0 && at < length ? at : -1,
    );
  const windows: { taps: { y: number; x: number }[] }[] = [];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const ys = within(row * stride - top!, height);
      const xs = within(column * stride - left!, width);
      const taps = ys.flatMap((y) => xs.map((x) => ({ y, x })));
      windows.push({ taps: taps.filter(({ y, x }) => y >= 0 && x >= 0) });
    }
  return { rows, columns, top: top!, left: left!, windows };
}

const cases: [string, Windows][] = [
  ['one pixel on each side', { height: 6, width: 7, size: 3, stride: 2, pad: 1 }],
  ['rounded up', { height: 6, width: 8, size: 3, stride: 2, pad: 1, rounding: 'ceil' }],
  [
    'different on every side',
    {
      height: 5,
      width: 6,
      size: 3,
      stride: 1,
      pad: [
        [0, 0],
        [2, 1],
        [0, 2],
        [0, 0],
      ],
    },
  ],
  ['nothing', { height: 6, width: 6, size: 2, stride: 2, pad: 0 }],
];

describeNative('replaced kernels', () => {
  beforeAll(() => register());

  describe.each(cases)('pooling with padding: %s', (_, shape) => {
    const { rows, columns, top, left, windows } = windowsOf(shape);
    const { height, width, size, stride, pad, rounding } = shape;
    const values = sample(batch * height * width * channels, 1, -2, 1); // below 0, so that a padding of 0 would win
    const upstream = sample(batch * rows * columns * channels, 2);
    const at = (n: number, y: number, x: number, c: number) => ((n * height + y) * width + x) * channels + c;
    const attrs = { filterSize: size, strides: stride, pad, dimRoundingMode: rounding } as never;

    /** Calls back for every output, with the indices of the inputs in its window. */
    function each(visit: (index: number, taps: number[]) => void) {
      for (let n = 0; n < batch; n++)
        windows.forEach(({ taps }, place) => {
          for (let c = 0; c < channels; c++)
            visit(
              (n * windows.length + place) * channels + c,
              taps.map(({ y, x }) => at(n, y, x, c)),
            );
        });
    }

    it.each(['max', 'avg'] as const)('%s', (mode) => {
      const expected = new Float64Array(upstream.length);
      const gradient = new Float64Array(values.length);
      each((index, taps) => {
        const held = taps.map((tap) => values[tap]!);
        expected[index] = mode === 'max' ? Math.max(...held) : held.reduce((a, b) => a + b) / held.length;
        for (const tap of taps) {
          if (mode === 'avg') gradient[tap]! += upstream[index]! / taps.length;
          else if (values[tap] === expected[index]) gradient[tap]! += upstream[index]!;
        }
      });
      const before = tf.memory().numTensors;
      const x = tensor(values, [batch, height, width, channels]) as tf.Tensor4D;
      const dy = tensor(upstream, [batch, rows, columns, channels]);
      const y = (mode === 'max' ? tf.maxPool : tf.avgPool)(x, size, stride, pad, rounding);
      expect(y.shape).toEqual(dy.shape);
      expectClose(y.dataSync(), expected, 1e-6);
      const inputs: Record<string, tf.Tensor> =
        mode === 'max' ? { dy, input: x, output: y } : { dy, input: x };
      const dx = tf
        .engine()
        .runKernel(mode === 'max' ? 'MaxPoolGrad' : 'AvgPoolGrad', inputs, attrs) as tf.Tensor;
      expectClose(dx.dataSync(), gradient, 1e-6);
      tf.dispose([x, dy, y, dx]);
      expect(tf.memory().numTensors).toBe(before);
    });

    it('convolution', () => {
      const filters = 4;
      const kernel = sample(size * size * channels * filters, 3);
      const bias = sample(filters, 4);
      const convolution: ConvolutionShape = {
        ...{ batch, height, width, inChannels: channels, outHeight: rows, outWidth: columns },
        ...{ outChannels: filters, filterHeight: size, filterWidth: size, strideHeight: stride },
        ...{ strideWidth: stride, top, left },
      };
      const y = convolve(convolution, values, kernel);
      const dyValues = sample(y.length, 5);
      const { dx, dFilter } = convolutionGradients(convolution, { x: values, filter: kernel, dy: dyValues });
      tf.tidy(() => {
        const x = tensor(values, [batch, height, width, channels]) as tf.Tensor4D;
        const filter = tensor(kernel, [size, size, channels, filters]) as tf.Tensor4D;
        const dy = tensor(dyValues, [batch, rows, columns, filters]);
        const result = tf.conv2d(x, filter, stride, pad, 'NHWC', 1, rounding);
        expectClose(result.dataSync(), y, 1e-6);
        const fused = tf.fused.conv2d({
          ...{ x, filter, strides: stride, pad, activation: 'relu', bias: tensor(bias) },
          ...(rounding === undefined ? {} : { dimRoundingMode: rounding }),
        });
        const activated = y.map((value, i) => Math.max(0, value + bias[i % filters]!));
        expectClose(fused.dataSync(), activated, 1e-6);
        const window = { strides: stride, pad, dataFormat: 'NHWC', dimRoundingMode: rounding };
        const gradient = (name: string, inputs: object, attributes: object) =>
          tf.engine().runKernel(name, inputs as never, { ...window, ...attributes } as never) as tf.Tensor;
        const ofInput = gradient('Conv2DBackpropInput', { dy, filter }, { inputShape: x.shape });
        expectClose(ofInput.dataSync(), dx, 1e-6);
        const ofFilter = gradient('Conv2DBackpropFilter', { x, dy }, { filterShape: filter.shape });
        expectClose(ofFilter.dataSync(), dFilter, 1e-6);
      });
    });
  });

  it.each(['linear', 'relu'] as const)('fusedConvAdd, %s', (activation) => {
    tf.tidy(() => {
      const x = tensor(sample(2 * 6 * 6 * 2, 6), [2, 6, 6, 2]) as tf.Tensor4D;
      const filter = tensor(sample(3 * 3 * 2 * 3, 7), [3, 3, 2, 3]) as tf.Tensor4D;
      const inputs = { x, filter, bias: tensor(sample(3, 8)), addend: tensor(sample(54, 9), [2, 3, 3, 3]) };
      const attributes = { strides: [2, 2], pad: 'same', activation };
      const y = tf.engine().runKernel(kernelNames.fusedConvAdd, inputs, attributes) as tf.Tensor;
      const sum = tf.add(tf.add(tf.conv2d(x, filter, 2, 'same'), inputs.bias), inputs.addend);
      const expected = activation === 'relu' ? tf.relu(sum) : sum;
      expectClose(y.dataSync(), expected.dataSync(), 1e-6);
    });
  });

  it('supports dilations and other activations', () => {
    tf.tidy(() => {
      const x = tensor(sample(2 * 6 * 6 * 2, 6), [2, 6, 6, 2]) as tf.Tensor4D;
      const filter = tensor(sample(3 * 3 * 2 * 3, 7), [3, 3, 2, 3]) as tf.Tensor4D;
      const bias = tensor(sample(3, 8));
      const options = { x, filter, strides: 1, pad: 'same', dilations: 2 } as const;
      const product = tf.conv2d(x, filter, 1, 'same', 'NHWC', 2);
      const spread = tf.conv2d(x, tf.reshape(spreadOut(filter), [5, 5, 2, 3]) as tf.Tensor4D, 1, 'same');
      expectClose(product.dataSync(), spread.dataSync(), 1e-6);
      const fused = tf.fused.conv2d({ ...options, bias, activation: 'elu' });
      expectClose(fused.dataSync(), tf.elu(tf.add(product, bias)).dataSync(), 1e-6);
    });
  });

  it('rejects a layout that TensorFlow has no CPU kernel for', () => {
    const [x, filter] = [tf.ones([1, 2, 4, 4]), tf.ones([1, 1, 2, 2])];
    const convolve = () => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'valid', 'NCHW');
    expect(convolve).toThrow(/NCHW.*Transpose/);
    tf.dispose([x, filter]);
  });

  it('casts inputs that the stock kernels would cast by a method', () => {
    tf.tidy(() => {
      expect([...tf.exp(tf.tensor1d([0, 1], 'int32')).dataSync()]).toEqual([1, Math.fround(Math.E)]);
      expect(tf.argMax(tf.tensor1d([false, true, false], 'bool')).dataSync()[0]).toBe(1);
      expect(tf.argMin(tf.tensor1d([true, false, true], 'bool')).dataSync()[0]).toBe(1);
    });
  });

  it('gives the same right input gradient from one channel to one, however often', () => {
    const shape = { batch: 2, height: 9, width: 4, outHeight: 9, outWidth: 4, inChannels: 1, outChannels: 1 };
    const window = { filterHeight: 3, filterWidth: 3, strideHeight: 1, strideWidth: 1, top: 1, left: 1 };
    const [dy, filter] = [sample(72, 1), sample(9, 2)];
    const { dx } = convolutionGradients({ ...shape, ...window }, { x: sample(72, 3), filter, dy });
    tf.tidy(() => {
      const inputs = { dy: tensor(dy, [2, 9, 4, 1]), filter: tensor(filter, [3, 3, 1, 1]) };
      const attrs = { strides: [1, 1], pad: 'same', dataFormat: 'NHWC', inputShape: [2, 9, 4, 1] };
      for (let run = 0; run < 60; run++) {
        const result = tf.engine().runKernel(tf.Conv2DBackpropInput, inputs, attrs) as tf.Tensor;
        expectClose(result.dataSync(), dx, 1e-6);
        tf.ones([1 + run]); // so that the next result lies elsewhere
      }
    });
  });
});

/** A filter with zeros between its taps. */
function spreadOut(filter: tf.Tensor4D): tf.Tensor {
  const [, , inputs, outputs] = filter.shape;
  const buffer = tf.buffer([5, 5, inputs, outputs]);
  const values = filter.arraySync();
  values.forEach((row, y) => {
    row.forEach((taps, x) => {
      taps.forEach((weights, i) => {
        weights.forEach((weight, o) => {
          buffer.set(weight, 2 * y, 2 * x, i, o);
        });
      });
    });
  });
  return buffer.toTensor();
}
