// Kernels at their edges: sizes of which no two are equal, nothing at all, more columns than a block, other types.
import '@tensorflow/tfjs-backend-cpu';
import {
  type Activation,
  asNetwork,
  createVariables,
  disposeVariables,
  forward,
  identityBlock,
} from '@resnetjs/core';
import { kernelNames } from '@resnetjs/backend';
import { expectClose, sample, sampleTensor, tensor } from '@resnetjs/kernel-tests';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { register } from './index.js';
import { registerAgain } from './register-again.test-support.js';

beforeEach(async () => {
  await register();
});
afterAll(() => tf.removeBackend('wasm'));

/** Expects that wasm and cpu give the same, and that neither leaks a tensor. */
async function expectAsOnCpu(compute: () => tf.Tensor, limit = 1e-6): Promise<void> {
  const results: tf.TypedArray[] = [];
  for (const backend of ['wasm', 'cpu']) {
    await tf.setBackend(backend);
    const before = tf.memory();
    results.push(tf.tidy(() => compute().dataSync()));
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
  }
  await tf.setBackend('wasm');
  const [ours, cpu] = results as [tf.TypedArray, tf.TypedArray];
  expectClose(ours, cpu, limit);
}

describe('MaxPoolGrad', () => {
  type Pair = [number, number];
  it.each<[window: Pair, strides: Pair, pad: 'same' | 'valid' | tf.backend_util.ExplicitPadding]>([
    [[2, 3], [1, 2], 'valid'],
    [[3, 2], [2, 1], 'same'],
    [[1, 4], [3, 1], 'same'],
    [[4, 1], [1, 3], 'valid'],
    // biome-ignore format: one padding a line
    [[2, 3], [2, 1], [[0, 0], [1, 0], [0, 2], [0, 0]]],
    // biome-ignore format: one padding a line
    [[3, 2], [1, 2], [[0, 0], [0, 2], [1, 0], [0, 0]]],
  ])('agrees with the cpu backend: window %j, strides %j, padding %j', async (window, strides, pad) => {
    for (const channels of [1, 4, 7])
      await expectAsOnCpu(() => {
        const whole = sample(3 * 9 * 6 * channels, 1).map((value) => Math.max(0, Math.round(3 * value)));
        const x = tensor(whole, [3, 9, 6, channels]) as tf.Tensor4D;
        const y = tf.maxPool(x, window, strides, pad);
        const dy = sampleTensor(y.shape, 2);
        const attrs = { filterSize: window, strides, pad };
        return tf.engine().runKernel('MaxPoolGrad', { dy, input: x, output: y }, attrs as never) as tf.Tensor;
      });
  });
});

it('the ReLU of a normalization is closed where its result is exactly 0', () => {
  for (const channels of [1, 4, 7]) {
    const every = (...rows: number[]) =>
      tf.tensor2d(
        rows.flatMap((row) => Array<number>(channels).fill(row)),
        [3, channels],
      );
    const inputs = {
      ...{ x: every(-1, 0, 1), dy: every(0, 5, 0) },
      ...{ scale: tf.ones([channels]), offset: tf.zeros([channels]) },
      ...{ mean: tf.zeros([channels]), variance: tf.fill([channels], 2 / 3) },
    };
    const attributes = { epsilon: 1e-3, activation: 'relu' };
    const gradients = tf.engine().runKernel(kernelNames.batchNormTrainingGradient, inputs, attributes);
    for (const gradient of gradients as tf.Tensor[])
      expect(Array.from(gradient.dataSync(), Math.abs)).toEqual(Array(gradient.size).fill(0));
    tf.dispose([inputs, gradients]);
  }
});

describe('FusedBatchNorm', () => {
  it('without scale and offset reads none, of thousands of channels', async () => {
    await expectAsOnCpu(() => {
      const x = sampleTensor([2, 2, 2, 3000], 1) as tf.Tensor4D;
      const [mean, variance] = [sampleTensor([3000], 2), tensor(sample(3000, 3, 1, 0.5))];
      return tf.batchNorm(x, mean as tf.Tensor1D, variance as tf.Tensor1D, undefined, undefined, 1e-3);
    });
  });
});

describe('FusedConv2D', () => {
  const convolution = (
    [filters, biases]: [number, number],
    options: {
      activation?: 'linear' | 'relu' | 'relu6';
      dilations?: [number, number];
      strides?: [number, number];
    },
  ) =>
    tf.fused.conv2d({
      x: tensor(sample(2 * 7 * 5 * 6, 1, 1, 4), [2, 7, 5, 6]) as tf.Tensor4D,
      filter: sampleTensor([3, 2, 6, filters], 2) as tf.Tensor4D,
      bias: sampleTensor([biases], 3) as tf.Tensor1D,
      strides: [1, 1],
      pad: 'same',
      ...options,
    });

  it.each([1, 3, 8, 12, 21])(
    'clamps to its range in every column of %d, and adds each its own bias',
    async (filters) => {
      for (const activation of ['linear', 'relu', 'relu6'] as const)
        await expectAsOnCpu(() => {
          const y = convolution([filters, filters], { activation });
          const most = tf.max(y).dataSync()[0] as number;
          if (activation === 'relu6') expect(most).toBe(6);
          else expect(most).toBeGreaterThan(6);
          return y;
        });
    },
  );

  it('takes height and width apart: strides and dilations', async () => {
    await expectAsOnCpu(() => convolution([5, 5], { strides: [2, 1] }));
    await expectAsOnCpu(() => convolution([5, 5], { strides: [1, 3] }));
    await expectAsOnCpu(() => convolution([5, 5], { dilations: [1, 2] }));
    await expectAsOnCpu(() => convolution([5, 5], { dilations: [2, 1] }));
  });

  it.each([1, 2])('has more columns than a block of the product, with %d threads', async (threads) => {
    await registerAgain(threads);
    const [pixels, depth, filters] = [6, 300, 4500];
    const [x, filter, bias] = [sample(pixels * depth, 1), sample(depth * filters, 2), sample(filters, 3)];
    const y = tf.tidy(() =>
      tf.fused.conv2d({
        x: tensor(x, [1, 2, 3, depth]) as tf.Tensor4D,
        filter: tensor(filter, [1, 1, depth, filters]) as tf.Tensor4D,
        bias: tensor(bias) as tf.Tensor1D,
        strides: 1,
        pad: 'valid',
        activation: 'relu',
      }),
    );
    const expected = Float64Array.from({ length: pixels * filters }, (_, at) => {
      const [pixel, column] = [Math.floor(at / filters), at % filters];
      let sum = bias[column] as number;
      for (let k = 0; k < depth; k++)
        sum += (x[pixel * depth + k] as number) * (filter[k * filters + column] as number);
      return Math.max(0, sum);
    });
    expectClose(y.dataSync(), expected);
    y.dispose();
  });
});

it('gradients take an output of which the size was rounded up, as tf.grad passes it', () => {
  // Three pixels, a window of 2 with stride 2: the second window reaches beyond the image.
  const x = tf.tensor4d([1, 2, 4], [1, 3, 1, 1]);
  const filter = tf.tensor4d([7, 9], [2, 1, 1, 1]);
  const dy = tf.tensor4d([10, 100], [1, 2, 1, 1]);
  const attributes = { strides: [2, 1], pad: 0, dataFormat: 'NHWC', dimRoundingMode: undefined };
  const run = (name: string, inputs: object, own: object) =>
    tf.engine().runKernel(name, inputs as never, { ...attributes, ...own } as never) as tf.Tensor;
  const dFilter = run('Conv2DBackpropFilter', { x, dy }, { filterShape: [2, 1, 1, 1] });
  const dx = run('Conv2DBackpropInput', { dy, filter }, { inputShape: [1, 3, 1, 1] });
  expect([...dFilter.dataSync()]).toEqual([1 * 10 + 4 * 100, 2 * 10]);
  expect([...dx.dataSync()]).toEqual([7 * 10, 9 * 10, 7 * 100]);
  tf.dispose([x, filter, dy, dFilter, dx]);
});

describe('what cannot be computed', () => {
  it('leaves no memory behind', () => {
    const whole = tf.ones([1, 3, 3, 2], 'int32');
    const [x, filter] = [tf.ones([1, 3, 3, 2]), tf.ones([1, 1, 2, 2], 'int32')];
    const attributes = { strides: 1, pad: 'same', dataFormat: 'NHWC' };
    const backend = tf.backend() as unknown as { numDataIds(): number };
    const before = [tf.memory().numTensors, backend.numDataIds()];
    const run = (name: string, inputs: object, own: object) => () =>
      tf.engine().runKernel(name, inputs as never, { ...attributes, ...own } as never);
    for (const failing of [
      run('Conv2DBackpropFilter', { x, dy: whole }, { filterShape: [1, 1, 2, 2] }),
      run('Conv2DBackpropFilter', { x: whole, dy: x }, { filterShape: [1, 1, 2, 2] }),
      run('Conv2DBackpropInput', { dy: x, filter }, { inputShape: [1, 3, 3, 2] }),
    ])
      expect(failing).toThrow('Expected a float32 tensor');
    expect([tf.memory().numTensors, backend.numDataIds()]).toEqual(before);
    tf.dispose([whole, x, filter]);
  });

  it('by the optional kernels leaves none either', () => {
    const [x, whole] = [tf.ones([6]), tf.ones([6], 'int32')];
    const backend = tf.backend() as unknown as { numDataIds(): number };
    const before = [tf.memory().numTensors, backend.numDataIds()];
    const update = { variable: x, gradient: x, firstMoment: x, secondMoment: whole };
    const adam = { stepSize: 1, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, decay: 0 };
    const attributes = { ...adam, activation: 'relu' };
    for (const [name, inputs] of [
      [kernelNames.adamUpdate, update],
      [kernelNames.fusedAdd, { a: x, b: whole }],
      [kernelNames.activationGradient, { dy: whole, y: x }],
    ] as const)
      expect(() => tf.engine().runKernel(name, inputs, attributes)).toThrow('Expected a float32 tensor');
    expect([tf.memory().numTensors, backend.numDataIds()]).toEqual(before);
    tf.dispose([x, whole]);
  });

  it('is of inputs of other shapes', () => {
    const [x, other] = [tf.ones([6]), tf.ones([7])];
    const adam = { stepSize: 1, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, decay: 0 };
    const attributes = { ...adam, activation: 'relu' };
    for (const [name, inputs] of [
      [kernelNames.adamUpdate, { variable: x, gradient: x, firstMoment: other, secondMoment: x }],
      [kernelNames.fusedAdd, { a: x, b: other }],
      [kernelNames.activationGradient, { dy: other, y: x }],
    ] as const)
      expect(() => tf.engine().runKernel(name, inputs, attributes)).toThrow('does not have the shape of');
    tf.dispose([x, other]);
  });

  it('is a product of matrices that do not fit', () => {
    const [a, b] = [tf.ones([2, 3]), tf.ones([4, 2])];
    const attributes = { transposeA: false, transposeB: false };
    expect(() => tf.engine().runKernel('BatchMatMul', { a, b }, attributes)).toThrow();
    tf.dispose([a, b]);
  });

  it.each([[[1]], [[1, 1, 5]], [[]]])('a bias of shape %j is added rightly, or refused', (shape) => {
    const values = sample(tf.util.sizeFromShape(shape), 3);
    const result = () =>
      tf.tidy(() => {
        const x = sampleTensor([1, 4, 4, 2], 1) as tf.Tensor4D;
        const filter = sampleTensor([1, 1, 2, 5], 2) as tf.Tensor4D;
        const options = { x, filter, strides: 1, pad: 'same', activation: 'linear' } as const;
        const bias = tensor(values, shape) as tf.Tensor1D;
        const expected = tf.add(tf.conv2d(x, filter, 1, 'same'), bias).dataSync();
        return [tf.fused.conv2d({ ...options, bias }).dataSync(), expected] as never;
      }) as unknown as [Float32Array, Float32Array];
    let pair: [Float32Array, Float32Array];
    try {
      pair = result();
    } catch {
      return;
    }
    expectClose(...pair, 1e-6);
  });
});

describe('BatchMatMul', () => {
  it('of nothing is zeros, and of no rows nothing', async () => {
    for (const [rows, depth, columns] of [
      [3, 0, 5],
      [0, 4, 5],
      [3, 4, 0],
    ] as const) {
      // Memory that is used again holds old numbers.
      tf.tidy(() => tf.fill([3, 5], 7).dataSync());
      const y = tf.tidy(() => tf.matMul(tf.ones([rows, depth]), tf.ones([depth, columns])));
      expect(y.shape).toEqual([rows, columns]);
      expect([...y.dataSync()]).toEqual(Array(rows * columns).fill(0));
      y.dispose();
    }
  });

  it('takes one matrix with an axis for batches, and one without', async () => {
    for (const [left, right] of [
      [
        [2, 3],
        [1, 3, 4],
      ],
      [
        [1, 2, 3],
        [3, 4],
      ],
      [
        [1, 1, 2, 3],
        [1, 3, 4],
      ],
    ] as const) {
      await expectAsOnCpu(() => tf.matMul(sampleTensor(left, 1), sampleTensor(right, 2)));
      const y = tf.tidy(() => tf.matMul(sampleTensor(left, 1), sampleTensor(right, 2)));
      expect(y.shape).toEqual([...(left.length > right.length ? left : right).slice(0, -2), 2, 4]);
      y.dispose();
    }
  });

  it('is the same with two threads where the right matrix is too large to be packed whole', async () => {
    const [rows, side] = [40, 4100];
    const [a, b] = [Float32Array.from(sample(rows * side, 1)), Float32Array.from(sample(side * side, 2))];
    const found: Float32Array[] = [];
    for (const threads of [1, 2]) {
      await registerAgain(threads);
      const tensors = [tf.tensor2d(a, [rows, side]), tf.tensor2d(b, [side, side])] as const;
      const product = tf.matMul(...tensors);
      found.push((await product.data()).slice() as Float32Array);
      tf.dispose([...tensors, product]);
    }
    const [alone, together] = found as [Float32Array, Float32Array];
    expect(Buffer.compare(Buffer.from(alone.buffer), Buffer.from(together.buffer))).toBe(0);
    const indices = Array.from({ length: 60 }, (_, i) => (2_654_435_761 * (i + 1)) % alone.length);
    const exact = indices.map((at) => {
      let sum = 0;
      for (let k = 0; k < side; k++)
        sum += (a[Math.floor(at / side) * side + k] as number) * (b[k * side + (at % side)] as number);
      return sum;
    });
    expectClose(
      indices.map((at) => alone[at] as number),
      exact,
    );
  });
});

describe('what is left to TensorFlow.js', () => {
  it('relu and addition of whole numbers', async () => {
    const whole = () => tf.tensor1d([-3, 0, 5, -1, 7, 9], 'int32');
    await expectAsOnCpu(() => tf.relu(whole()));
    await expectAsOnCpu(() => tf.add(whole(), whole()));
    const sum = tf.tidy(() => tf.add(whole(), whole()));
    expect([sum.dtype, ...sum.dataSync()]).toEqual(['int32', -6, 0, 10, -2, 14, 18]);
    sum.dispose();
  });

  it('an addition that broadcasts', async () => {
    await expectAsOnCpu(() => tf.add(sampleTensor([2, 3], 1), sampleTensor([1, 3], 2)));
    await expectAsOnCpu(() => tf.add(sampleTensor([2, 3], 1), sampleTensor([2, 1], 2)));
    await expectAsOnCpu(() => tf.add(sampleTensor([2, 3], 1), sampleTensor([3], 2)));
  });
});

it.each<Activation>(['relu', 'relu6', 'sigmoid'])(
  '%s keeps NaN, which would hide that a network has diverged',
  (activation) => {
    const network = {
      ...asNetwork(identityBlock({ filters: [1, 1, 1] }), [1, 5, 1]),
      ...{ stages: [], stem: [{ op: 'act', activation } as const] },
    };
    const variables = createVariables(network, () => undefined);
    const values = [Number.NaN, -1, 3, 8, Number.NaN];
    const images = tf.tensor4d(values, [1, 1, 5, 1]);
    const y = forward(network, variables, images);
    expect([...y.dataSync()].map((value) => Number.isNaN(value))).toEqual(
      values.map((value) => Number.isNaN(value)),
    );
    tf.dispose([y, images]);
    disposeVariables(variables);
  },
);
