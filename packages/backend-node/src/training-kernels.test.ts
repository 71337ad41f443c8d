import { type AdamUpdateAttributes, kernelNames } from '@resnetjs/backend';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { register } from './index.js';
import { describeNative, draw, expectClose, run, tensor } from './native.test-support.js';
import { isNodeBackend } from './node-backend.js';

interface Norm {
  readonly shape: readonly number[];
  readonly epsilon: number;
  readonly relu: boolean;
  readonly x: Float64Array;
  readonly scale: Float64Array;
  readonly offset: Float64Array;
}

function normOf(shape: readonly number[], relu: boolean, mean: number, spread: number): Norm {
  const channels = shape.at(-1) as number;
  const size = shape.reduce((a, b) => a * b, 1);
  return {
    shape,
    epsilon: 1e-5,
    relu,
    x: draw(size, 1, mean, spread),
    scale: draw(channels, 2, 1, 0.5),
    offset: draw(channels, 3, 0, 0.5),
  };
}

/** By the definition, in float64. */
function normalized({ epsilon, relu, x, scale, offset }: Norm) {
  const channels = scale.length;
  const rows = x.length / channels;
  const mean = new Float64Array(channels);
  const variance = new Float64Array(channels);
  x.forEach((value, i) => {
    mean[i % channels]! += value / rows;
  });
  x.forEach((value, i) => {
    variance[i % channels]! += (value - mean[i % channels]!) ** 2 / rows;
  });
  const standard = x.map((value, i) => {
    const c = i % channels;
    return (value - mean[c]!) / Math.sqrt(variance[c]! + epsilon);
  });
  const y = standard.map((value, i) => {
    const affine = value * scale[i % channels]! + offset[i % channels]!;
    return relu ? Math.max(0, affine) : affine;
  });
  return { mean, variance, standard, y };
}

function gradientOf(norm: Norm, dy: Float64Array) {
  const { epsilon, relu, scale } = norm;
  const { variance, standard, y } = normalized(norm);
  const channels = scale.length;
  const rows = dy.length / channels;
  const g = dy.map((value, i) => (relu && y[i] === 0 ? 0 : value));
  const dScale = new Float64Array(channels);
  const dOffset = new Float64Array(channels);
  g.forEach((value, i) => {
    dOffset[i % channels]! += value;
    dScale[i % channels]! += value * standard[i]!;
  });
  const dx = g.map((value, i) => {
    const c = i % channels;
    const centered = value - dOffset[c]! / rows - (standard[i]! * dScale[c]!) / rows;
    return (scale[c]! / Math.sqrt(variance[c]! + epsilon)) * centered;
  });
  return { dx, dScale, dOffset };
}

/** A mean that is far from 0 costs y as many times the mean's own float32 error as it is deviations away. */
const cases: [name: string, shape: number[], mean: number, spread: number, limit: number][] = [
  ['a map', [3, 5, 7, 6], 0.3, 1, 1e-5],
  ['a large map', [2, 56, 56, 16], 0.3, 1, 1e-5],
  ['rows', [37, 3], 0.3, 1, 1e-5],
  ['many channels', [33, 1, 2050], 0.3, 1, 1e-5],
  ['a mean ten deviations away', [8, 9, 9, 12], 1, 0.17, 1e-5],
  ['a mean a thousand deviations away', [1030, 12], 100, 0.17, 1e-3],
];

describeNative('the optional kernels of native TensorFlow', () => {
  beforeAll(() => register());

  describe.each([false, true])('batch normalization in training, relu %s', (relu) => {
    it.each(cases)('is float64’s with %s', (_, shape, mean, spread, limit) => {
      const norm = normOf(shape, relu, mean, spread);
      const expected = normalized(norm);
      const inputs = {
        x: tensor(norm.x, shape),
        scale: tensor(norm.scale),
        offset: tensor(norm.offset),
      };
      const [y, mean_, variance] = run(kernelNames.batchNormTraining, inputs, norm);
      tf.dispose(inputs);
      expectClose(y!, expected.y, limit);
      expectClose(mean_!, expected.mean, 1e-6);
      expectClose(variance!, expected.variance, 1e-5);
    });

    it.each(cases)('has float64’s gradient with %s', (_, shape, mean, spread, limit) => {
      const norm = normOf(shape, relu, mean, spread);
      const { mean: mean_, variance } = normalized(norm);
      const dy = draw(norm.x.length, 4);
      const expected = gradientOf(norm, dy);
      const inputs = {
        dy: tensor(dy, shape),
        x: tensor(norm.x, shape),
        scale: tensor(norm.scale),
        offset: tensor(norm.offset),
        mean: tensor(mean_),
        variance: tensor(variance),
      };
      const [dx, dScale, dOffset] = run(kernelNames.batchNormTrainingGradient, inputs, norm);
      tf.dispose(inputs);
      expectClose(dx!, expected.dx, limit);
      expectClose(dScale!, expected.dScale, limit);
      expectClose(dOffset!, expected.dOffset, limit);
    });
  });

  it('closes the gradient where it closed the output', () => {
    const norm = normOf([4000, 6], true, 100, 0.001);
    const x = tensor(norm.x, [4000, 6]);
    const [scale, offset] = [tensor(norm.scale), tf.zeros([6])];
    const attrs = { epsilon: 1e-9, relu: true };
    const [y, mean, variance] = run(kernelNames.batchNormTraining, { x, scale, offset }, attrs);
    const moments = { mean: tf.tensor(mean!), variance: tf.tensor(variance!) };
    const dy = tf.ones([4000, 6]);
    const inputs = { dy, x, scale, offset, ...moments };
    const [, , dOffset] = run(kernelNames.batchNormTrainingGradient, inputs, attrs);
    tf.dispose(inputs);
    const open = y!.map((value) => (value > 0 ? 1 : 0));
    for (let c = 0; c < 6; c++)
      expect(dOffset![c]).toBe(open.filter((_, i) => i % 6 === c).reduce((a, b) => a + b));
  });

  it('gives a constant channel variance 0, and carries a NaN on', () => {
    const inputs = { x: tf.fill([300, 5], 5), scale: tf.ones([5]), offset: tf.zeros([5]) };
    const attrs = { epsilon: 1e-5, relu: false };
    const [y, mean, variance] = run(kernelNames.batchNormTraining, inputs, attrs);
    expect([...y!]).toEqual(Array(1500).fill(0));
    expect([...mean!]).toEqual(Array(5).fill(5));
    expect([...variance!]).toEqual(Array(5).fill(0));
    const broken = { ...inputs, x: tf.fill([2, 5], Number.NaN) };
    expect(run(kernelNames.batchNormTraining, broken, attrs)[0]!.every(Number.isNaN)).toBe(true);
    tf.dispose([inputs, broken]);
  });

  it('says which input does not fit', () => {
    const inputs = { x: tf.ones([2, 3]), scale: tf.ones([3]), offset: tf.ones([2]) };
    const attrs = { epsilon: 1e-5, relu: false };
    expect(() => run(kernelNames.batchNormTraining, inputs, attrs)).toThrow(/offset \[2\]/);
    tf.dispose(inputs);
  });

  describe.each([1, 4, 1027])('elementwise, %i elements', (count) => {
    const first = draw(count, 10);
    const second = draw(count, 11);

    it('addRelu', () => {
      const inputs = { a: tensor(first), b: tensor(second) };
      const [sum] = run(kernelNames.addRelu, inputs);
      tf.dispose(inputs);
      const expected = first.map((a, i) => Math.max(0, a + second[i]!));
      expectClose(sum!, expected, 1e-7);
    });

    it('reluGradient', () => {
      const y = second.map((value, i) => (i % 3 === 0 ? 0 : value));
      const inputs = { dy: tensor(first), y: tensor(y) };
      const [dx] = run(kernelNames.reluGradient, inputs);
      tf.dispose(inputs);
      expect([...dx!].map((value) => value + 0)).toEqual(
        [...first].map((value, i) => (y[i]! > 0 ? value : 0)),
      );
    });

    it.each([
      [0, 0.9, 0.999],
      [1e-2, 0.9, 0.999],
      [0, 0.5, 0.75],
    ])('adamUpdate, decay %f, betas %f and %f', (decay, beta1, beta2) => {
      const attrs: AdamUpdateAttributes = { stepSize: 1e-3, beta1, beta2, epsilon: 1e-7, decay };
      const moment = draw(count, 12);
      const squares = draw(count, 13).map((value) => Math.fround(value * value));
      const inputs = {
        variable: tensor(first),
        gradient: tensor(second),
        firstMoment: tensor(moment),
        secondMoment: tensor(squares),
      };
      const given = Object.values(inputs).map((each) => each.dataSync().slice());
      const [variable, firstMoment, secondMoment] = run(kernelNames.adamUpdate, inputs, attrs);
      expect(Object.values(inputs).map((each) => each.dataSync())).toEqual(given);
      tf.dispose(inputs);
      const g = second.map((value, i) => value + decay * first[i]!);
      const m = moment.map((value, i) => value + (g[i]! - value) * (1 - beta1));
      const v = squares.map((value, i) => value + (g[i]! ** 2 - value) * (1 - beta2));
      expectClose(firstMoment!, m, 1e-6);
      expectClose(secondMoment!, v, 1e-6);
      const step = m.map((value, i) => (attrs.stepSize * value) / (Math.sqrt(v[i]!) + attrs.epsilon));
      expectClose(
        variable!,
        first.map((value, i) => value - step[i]!),
        1e-6,
      );
    });

    it('adamUpdate from nothing is as exact as later', () => {
      const attrs = { stepSize: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, decay: 0 };
      const zeros = () => tf.zeros([count]);
      const inputs = {
        variable: zeros(),
        gradient: tensor(first),
        firstMoment: zeros(),
        secondMoment: zeros(),
      };
      const [, firstMoment, secondMoment] = run(kernelNames.adamUpdate, inputs, attrs);
      tf.dispose(inputs);
      expectClose(
        firstMoment!,
        first.map((value) => 0.1 * value),
        1e-6,
      );
      expectClose(
        secondMoment!,
        first.map((value) => 0.001 * value ** 2),
        1e-6,
      );
    });
  });

  it('leaves no tensor in TensorFlow', () => {
    const count = () => {
      const backend = tf.backend();
      if (!isNodeBackend(backend)) throw new Error('another backend is current');
      return (backend as unknown as { getNumOfTFTensors(): number }).getNumOfTFTensors();
    };
    const step = (stepSize: number) =>
      tf.tidy(() => {
        const x: tf.Tensor = tf.ones([2, 8, 8, 4]);
        const [scale, offset] = [tf.ones([4]), tf.zeros([4])];
        const attrs = { epsilon: 1e-3, relu: true };
        const norm = tf.engine().runKernel(kernelNames.batchNormTraining, { x, scale, offset }, attrs);
        const [, mean, variance] = norm as unknown as [tf.Tensor, tf.Tensor, tf.Tensor];
        const inputs = { dy: x, x, scale, offset, mean, variance };
        tf.engine().runKernel(kernelNames.batchNormTrainingGradient, inputs, attrs);
        const update = { variable: x, gradient: x, firstMoment: x, secondMoment: x };
        const adam = { stepSize, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, decay: 0.1 };
        tf.engine().runKernel(kernelNames.adamUpdate, update, adam);
      });
    for (let i = 1; i < 60; i++) step(1 / i);
    const before = count();
    for (let i = 60; i < 160; i++) step(1 / i);
    expect(count()).toBe(before);
  });
});
