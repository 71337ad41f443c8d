import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { ResNetError } from '../errors.js';
import { parameters } from '../network/parameters.js';
import { preactResNet } from '../networks/preact.js';
import { disposeVariables, initialize, createVariables } from './variables.js';

const network = preactResNet({ input: [4, 4, 3], blocks: 1 });

beforeAll(() => tf.setBackend('cpu'));

describe('initialize', () => {
  it('makes every parameter in its shape, weights and running statistics in separate maps', () => {
    const variables = initialize(network);
    for (const { id, shape, trainable } of parameters(network)) {
      const [own, other] = trainable
        ? [variables.weights, variables.statistics]
        : [variables.statistics, variables.weights];
      expect(own.get(id)?.shape).toEqual(shape);
      expect(other.has(id)).toBe(false);
    }
    disposeVariables(variables);
  });

  it('depends on nothing but the seed', () => {
    const values = (seed: number) => {
      const variables = initialize(network, { seed });
      const kernel = variables.weights.get('stem.0.kernel')?.dataSync();
      disposeVariables(variables);
      return kernel;
    };
    expect(values(1)).toEqual(values(1));
    expect(values(1)).not.toEqual(values(2));
  });
});

describe('createVariables', () => {
  it.each([
    ['absent', undefined, 'there are none'],
    ['of another length', new Float32Array(3), 'got 3'],
    ['one too many', new Float32Array(641), 'got 641'],
  ])('names the parameter whose values are %s, and leaves no tensor', (_, values, message) => {
    const before = tf.memory().numTensors;
    const missing = 'head.4.kernel';
    const make = () =>
      createVariables(network, ({ id, shape }) =>
        id === missing ? values : new Float32Array(shape.reduce((a, b) => a * b, 1)),
      );
    expect(make).toThrow(ResNetError);
    expect(make).toThrow(`preact/resnet needs 640 values for ${missing} [128, 5], but ${message}.`);
    expect(tf.memory().numTensors).toBe(before);
  });
});
