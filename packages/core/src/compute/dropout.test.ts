import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Network } from '../network/types.js';
import { RandomGenerator } from '../random/random-generator.js';
import { differentiate, disposeTrainingPass, forwardTraining } from './differentiate.js';
import { forward } from './forward.js';

const network: Network = {
  name: 'dropout',
  input: [20, 10, 1],
  inputName: 'x',
  stem: [{ op: 'dropout', rate: 0.25, per: 'value' }],
  stages: [],
  head: [],
};
const none = { weights: new Map(), statistics: new Map() };
const random = (seed = 0) => ({ random: RandomGenerator.stateless(seed) });

beforeAll(() => tf.setBackend('cpu'));

describe('dropout', () => {
  it('drops about its rate in training, and scales the others', () => {
    const images = tf.ones([3, 20, 10, 1]);
    const pass = forwardTraining(network, none, images, random());
    const values = pass.result.dataSync();
    expect(new Set(values)).toEqual(new Set([0, Math.fround(1 / 0.75)]));
    const dropped = values.filter((value) => value === 0).length / values.length;
    expect(Math.abs(dropped - 0.25)).toBeLessThan(0.05); // 600 values: a standard deviation of 0.018
    disposeTrainingPass(pass);
    images.dispose();
  });

  it('drops by the numbers of the generator, in order', () => {
    const images = tf.ones([1, 20, 10, 1]);
    const pass = forwardTraining(network, none, images, random(4));
    const generator = RandomGenerator.stateless(4);
    for (const value of pass.result.dataSync()) expect(value === 0).toBe(generator.uniform() < 0.25);
    disposeTrainingPass(pass);
    images.dispose();
  });

  it('passes the gradient of the values that it kept, and leaks no tensor', () => {
    const before = tf.memory().numTensors;
    const images = tf.ones([2, 20, 10, 1]);
    const pass = differentiate(network, none, images, (y) => tf.mul(tf.onesLike(y), 3), {
      ...random(7),
      input: true,
    });
    const values = [...pass.result.dataSync()];
    expect([...(pass.gradients.input?.dataSync() ?? [])]).toEqual(
      values.map((value) => Math.fround(3 * value)),
    );
    disposeTrainingPass(pass);
    images.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  const byExample: Network = { ...network, stem: [{ op: 'dropout', rate: 0.25, per: 'example' }] };

  it('per example keeps all values of an example, or none: one number of the generator each', () => {
    const before = tf.memory().numTensors;
    const images = tf.ones([40, 20, 10, 1]);
    const source = RandomGenerator.stateless(4);
    const pass = differentiate(byExample, none, images, (y) => tf.mul(tf.onesLike(y), 3), {
      random: source,
      input: true,
    });
    const generator = RandomGenerator.stateless(4);
    const values = pass.result.dataSync();
    const gradient = pass.gradients.input?.dataSync() as Float32Array;
    const dropped = Array.from({ length: 40 }, (_, image) => {
      const expected = generator.uniform() < 0.25 ? 0 : Math.fround(1 / 0.75);
      expect(new Set(values.slice(200 * image, 200 * (image + 1)))).toEqual(new Set([expected]));
      expect(new Set(gradient.slice(200 * image, 200 * (image + 1)))).toEqual(
        new Set([Math.fround(3 * expected)]),
      );
      return expected === 0;
    });
    expect(new Set(dropped).size).toBe(2);
    expect(source.state()).toEqual(generator.state());
    disposeTrainingPass(pass);
    images.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('per example is the same from the same state, and another from the next', () => {
    const images = tf.ones([40, 20, 10, 1]);
    const source = RandomGenerator.stateless(9);
    const again = RandomGenerator.restore(source.state());
    const [first, second, repeated] = [source, source, again].map((each) => {
      const pass = forwardTraining(byExample, none, images, { random: each });
      const values = [...pass.result.dataSync()];
      disposeTrainingPass(pass);
      return values;
    });
    expect(repeated).toEqual(first);
    expect(second).not.toEqual(first);
    images.dispose();
  });

  it.each(['value', 'example'] as const)('per %s with a rate of 0 changes nothing', (per) => {
    const images = tf.randomNormal([2, 20, 10, 1]);
    const never: Network = { ...network, stem: [{ op: 'dropout', rate: 0, per }] };
    const pass = forwardTraining(never, none, images, random());
    expect(pass.result.dataSync()).toEqual(images.dataSync());
    disposeTrainingPass(pass);
    images.dispose();
  });

  it('does nothing in inference', () => {
    const before = tf.memory().numTensors;
    const images = tf.randomNormal([1, 20, 10, 1]);
    const result = forward(network, none, images);
    expect(result.dataSync()).toEqual(images.dataSync());
    tf.dispose([result, images]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('needs a generator in training', () => {
    const images = tf.ones([1, 20, 10, 1]);
    const before = tf.memory().numTensors;
    expect(() => forwardTraining(network, none, images)).toThrow(/has dropout.* pass `random`/);
    expect(tf.memory().numTensors).toBe(before);
    images.dispose();
  });
});
