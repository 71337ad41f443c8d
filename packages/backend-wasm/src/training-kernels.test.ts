import { type AdamUpdateAttributes, kernelNames } from '@resnetjs/backend';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { register } from './index.js';
import { type BatchNorm, batchNorm, batchNormGradient, draw, expectClose } from './reference.test-support.js';

beforeAll(async () => {
  await register();
});

function tensor(values: Float64Array, shape = [values.length]): tf.Tensor {
  return tf.tensor(Float32Array.from(values), shape);
}

/** The kernel's outputs, read; no tensor is left. */
function run(name: string, inputs: Record<string, tf.Tensor>, attrs: object = {}): Float32Array[] {
  const before = tf.memory();
  const outputs = tf.engine().runKernel(name, inputs, attrs as never) as unknown as tf.Tensor[];
  const values = outputs.map((output) => output.dataSync() as Float32Array);
  tf.dispose(outputs);
  expect(tf.memory().numTensors).toBe(before.numTensors);
  expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
  return values;
}

interface Case {
  rows: number;
  channels: number;
  mean?: number;
  spread?: number;
}

function normOf({ rows, channels, mean = 0.3, spread = 1 }: Case, relu: boolean): BatchNorm {
  return {
    channels,
    epsilon: 1e-5,
    relu,
    x: draw(rows * channels, 1, mean, spread),
    scale: draw(channels, 2, 1, 0.5),
    offset: draw(channels, 3, 0, 0.5),
  };
}

const cases: [string, Case][] = [
  ['one row', { rows: 1, channels: 5 }],
  ['few channels', { rows: 37, channels: 3 }],
  ['many rows', { rows: 9000, channels: 8 }],
  ['many channels', { rows: 33, channels: 2050 }],
  ['a mean far beyond the deviation', { rows: 1030, channels: 12, mean: 100, spread: 0.17 }],
  ['a mean 10,000 deviations away', { rows: 515, channels: 6, mean: -1000, spread: 0.17 }],
];

describe.each([false, true])('batch normalization in training, relu %s', (relu) => {
  it.each(cases)('is float64’s with %s', (_, c) => {
    const norm = normOf(c, relu);
    const expected = batchNorm(norm);
    const inputs = {
      x: tensor(norm.x, [c.rows, c.channels]),
      scale: tensor(norm.scale),
      offset: tensor(norm.offset),
    };
    const [y, mean, variance] = run(kernelNames.batchNormTraining, inputs, { epsilon: norm.epsilon, relu });
    tf.dispose(inputs);
    expectClose(y!, expected.y);
    expectClose(mean!, expected.mean, 1e-6);
    expectClose(variance!, expected.variance);
  });

  it.each(cases)('has float64’s gradient with %s', (_, c) => {
    const norm = normOf(c, relu);
    const { mean, variance } = batchNorm(norm);
    const dy = draw(norm.x.length, 4);
    const expected = batchNormGradient(norm, dy);
    const inputs = {
      dy: tensor(dy, [c.rows, c.channels]),
      x: tensor(norm.x, [c.rows, c.channels]),
      scale: tensor(norm.scale),
      offset: tensor(norm.offset),
      mean: tensor(mean),
      variance: tensor(variance),
    };
    const [dx, dScale, dOffset] = run(kernelNames.batchNormTrainingGradient, inputs, {
      epsilon: norm.epsilon,
      relu,
    });
    tf.dispose(inputs);
    if (c.rows > 1) expectClose(dx!, expected.dx);
    else expect(Math.max(...dx!.map(Math.abs))).toBeLessThan(1e-4); // the truth is 0
    if (c.rows > 1) expectClose(dScale!, expected.dScale);
    expectClose(dOffset!, expected.dOffset);
  });
});

describe('batch normalization in training', () => {
  it('finds the moments of rows of which none of the sampled ones is typical', () => {
    const rows = 64 * 40;
    const x = draw(rows * 4, 5);
    for (let row = 0; row < rows; row += 40) for (let c = 0; c < 4; c++) x[row * 4 + c] = 5000;
    const norm: BatchNorm = {
      channels: 4,
      epsilon: 1e-5,
      relu: false,
      x,
      scale: draw(4, 6),
      offset: draw(4, 7),
    };
    const inputs = { x: tensor(x, [rows, 4]), scale: tensor(norm.scale), offset: tensor(norm.offset) };
    const [y, mean, variance] = run(kernelNames.batchNormTraining, inputs, { epsilon: 1e-5, relu: false });
    tf.dispose(inputs);
    const expected = batchNorm(norm);
    expectClose(y!, expected.y);
    expectClose(mean!, expected.mean, 1e-6);
    expectClose(variance!, expected.variance);
  });

  it('gives a constant channel variance 0', () => {
    const inputs = { x: tf.fill([300, 5], 5.1), scale: tf.ones([5]), offset: tf.zeros([5]) };
    const [y, mean, variance] = run(kernelNames.batchNormTraining, inputs, { epsilon: 1e-5, relu: false });
    tf.dispose(inputs);
    expect([...y!]).toEqual(Array(1500).fill(0));
    expect([...mean!]).toEqual(Array(5).fill(Math.fround(5.1)));
    expect([...variance!]).toEqual(Array(5).fill(0));
  });

  it('closes the gradient exactly where it closed the output', () => {
    const norm = normOf({ rows: 4000, channels: 6, mean: 100, spread: 0.001 }, true);
    const x = tensor(norm.x, [4000, 6]);
    const [scale, offset] = [tensor(norm.scale), tf.zeros([6])];
    const attrs = { epsilon: 1e-9, relu: true };
    const [y, mean, variance] = run(kernelNames.batchNormTraining, { x, scale, offset }, attrs);
    const open = y!.map((value) => (value > 0 ? 1 : 0));
    const dy = tf.ones([4000, 6]);
    const moments = { mean: tf.tensor(mean!), variance: tf.tensor(variance!) };
    const [, , dOffset] = run(
      kernelNames.batchNormTrainingGradient,
      { dy, x, scale, offset, ...moments },
      attrs,
    );
    tf.dispose([x, scale, offset, dy, moments]);
    for (let c = 0; c < 6; c++)
      expect(dOffset![c]).toBe(open.filter((_, i) => i % 6 === c).reduce((a, b) => a + b));
  });

  it('carries a NaN on', () => {
    const inputs = {
      x: tf.tensor2d([
        [1, Number.NaN],
        [2, 3],
      ]),
      scale: tf.ones([2]),
      offset: tf.zeros([2]),
    };
    const [y, mean] = run(kernelNames.batchNormTraining, inputs, { epsilon: 1e-5, relu: true });
    tf.dispose(inputs);
    expect([...y!].map(Number.isNaN)).toEqual([false, true, false, true]);
    expect([...mean!].map(Number.isNaN)).toEqual([false, true]);
  });

  it('says which input does not fit', () => {
    tf.tidy(() => {
      const inputs = { x: tf.ones([2, 3]), scale: tf.ones([3]), offset: tf.ones([2]) };
      expect(() => run(kernelNames.batchNormTraining, inputs, { epsilon: 1e-5, relu: false })).toThrow(
        /offset \[2\]/,
      );
    });
  });
});

describe.each([1, 3, 4, 1027])('the elementwise kernels, %i elements', (count) => {
  const first = draw(count, 10);
  const second = draw(count, 11);

  it('addRelu', () => {
    const inputs = { a: tensor(first), b: tensor(second) };
    const [sum] = run(kernelNames.addRelu, inputs);
    tf.dispose(inputs);
    expectClose(
      sum!,
      first.map((a, i) => Math.max(0, a + second[i]!)),
      1e-7,
    );
  });

  it('reluGradient', () => {
    const y = second.map((value, i) => (i % 3 === 0 ? 0 : value));
    const inputs = { dy: tensor(first), y: tensor(y) };
    const [dx] = run(kernelNames.reluGradient, inputs);
    tf.dispose(inputs);
    expect([...dx!]).toEqual([...first].map((value, i) => (y[i]! > 0 ? value : 0)));
  });

  it.each([0, 1e-2])('adamUpdate, decay %f', (decay) => {
    const attrs: AdamUpdateAttributes = { stepSize: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, decay };
    const moment = draw(count, 12);
    const squares = draw(count, 13).map((value) => value * value);
    const inputs = {
      variable: tensor(first),
      gradient: tensor(second),
      firstMoment: tensor(moment),
      secondMoment: tensor(squares),
    };
    const [variable, firstMoment, secondMoment] = run(kernelNames.adamUpdate, inputs, attrs);
    expectClose(inputs.variable.dataSync(), first, 0);
    tf.dispose(inputs);
    const g = second.map((value, i) => value + decay * first[i]!);
    const m = moment.map((value, i) => value + (g[i]! - value) * (1 - attrs.beta1));
    const v = squares.map((value, i) => value + (g[i]! ** 2 - value) * (1 - attrs.beta2));
    expectClose(firstMoment!, m, 1e-6);
    expectClose(secondMoment!, v, 1e-6);
    expectClose(
      variable!,
      first.map((value, i) => value - (attrs.stepSize * m[i]!) / (Math.sqrt(v[i]!) + attrs.epsilon)),
      1e-6,
    );
  });
});

it('lets neither tensors nor the heap grow', () => {
  const heap = () => (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.byteLength;
  const step = () =>
    tf.tidy(() => {
      const x = tf.ones([8, 16, 16, 32]);
      const [scale, offset] = [tf.ones([32]), tf.zeros([32])];
      const attrs = { epsilon: 1e-3, relu: true };
      const [, mean, variance] = tf
        .engine()
        .runKernel(kernelNames.batchNormTraining, { x, scale, offset }, attrs) as unknown as tf.Tensor[];
      tf.engine().runKernel(
        kernelNames.batchNormTrainingGradient,
        { dy: x, x, scale, offset, mean: mean!, variance: variance! },
        attrs,
      );
    });
  step();
  const before = tf.memory();
  const bytes = heap();
  for (let i = 0; i < 200; i++) step();
  expect(tf.memory().numTensors).toBe(before.numTensors);
  expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
  expect(heap()).toBe(bytes);
});
