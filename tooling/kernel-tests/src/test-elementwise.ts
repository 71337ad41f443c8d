import { type AdamUpdateAttributes, kernelNames } from '@resnetjs/backend';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { activations } from './activations.js';
import { sample, tensor } from './sample.js';
import { expectClose } from './expect-close.js';
import { run } from './run.js';

/** Declares tests of the current backend's elementwise kernels, against float64. */
export function testElementwise(): void {
  const shapes = [[1], [3], [4], [1027], [5, 7, 3]];
  describe.each(shapes.map((shape) => ({ shape })))('the elementwise kernels, $shape', ({ shape }) => {
    const count = tf.util.sizeFromShape(shape);
    const first = sample(count, 10);
    const second = sample(count, 11);

    it.each(['linear', 'relu'] as const)('fusedAdd, %s', (activation) => {
      const inputs = { a: tensor(first, shape), b: tensor(second, shape) };
      const [sum] = run(kernelNames.fusedAdd, inputs, { activation });
      tf.dispose(inputs);
      const expected = first.map((a, i) => activations[activation].value(a + second[i]!));
      expectClose(sum!, expected, 1e-7);
    });

    it('activationGradient, relu', () => {
      const y = second.map((value, i) => (i % 3 === 0 ? 0 : value));
      const inputs = { dy: tensor(first, shape), y: tensor(y, shape) };
      const [dx] = run(kernelNames.activationGradient, inputs, { activation: 'relu' });
      tf.dispose(inputs);
      const expected = [...first].map((value, i) => (y[i]! > 0 ? value : 0));
      expect(Array.from(dx!, (value) => value + 0)).toEqual(expected); // + 0: −0 is 0
    });

    it.each([
      [0, 0.9, 0.999],
      [1e-2, 0.9, 0.999],
      [0, 0.5, 0.75],
    ])('adamUpdate, decay %f, betas %f and %f', (decay, beta1, beta2) => {
      const attributes: AdamUpdateAttributes = { stepSize: 1e-3, beta1, beta2, epsilon: 1e-7, decay };
      const moment = sample(count, 12);
      const squares = sample(count, 13).map((value) => Math.fround(value * value));
      const inputs = {
        variable: tensor(first, shape),
        gradient: tensor(second, shape),
        firstMoment: tensor(moment, shape),
        secondMoment: tensor(squares, shape),
      };
      const given = Object.values(inputs).map((each) => each.dataSync().slice());
      const [variable, firstMoment, secondMoment] = run(kernelNames.adamUpdate, inputs, attributes);
      expect(Object.values(inputs).map((each) => each.dataSync())).toEqual(given);
      tf.dispose(inputs);
      const g = second.map((value, i) => value + decay * first[i]!);
      const m = moment.map((value, i) => value + (g[i]! - value) * (1 - beta1));
      const v = squares.map((value, i) => value + (g[i]! ** 2 - value) * (1 - beta2));
      expectClose(firstMoment!, m, 1e-6);
      expectClose(secondMoment!, v, 1e-6);
      const { stepSize, epsilon } = attributes;
      const expected = first.map((value, i) => value - (stepSize * m[i]!) / (Math.sqrt(v[i]!) + epsilon));
      expectClose(variable!, expected, 1e-6);
    });

    it('adamUpdate from zero moments is as exact as later', () => {
      const attributes = { stepSize: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, decay: 0 };
      const zeros = () => tf.zeros(shape);
      const inputs = {
        variable: zeros(),
        gradient: tensor(first, shape),
        firstMoment: zeros(),
        secondMoment: zeros(),
      };
      const [, firstMoment, secondMoment] = run(kernelNames.adamUpdate, inputs, attributes);
      tf.dispose(inputs);
      const [tenth, thousandth] = [
        first.map((value) => 0.1 * value),
        first.map((value) => 0.001 * value ** 2),
      ];
      expectClose(firstMoment!, tenth, 1e-6);
      expectClose(secondMoment!, thousandth, 1e-6);
    });
  });
}
