import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { asNetwork } from '../blocks/as-network.js';
import { identityBlock } from '../blocks/residual.js';
import { initializers } from '../network/initializer.js';
import { parameters } from '../network/parameters.js';
import type { Network } from '../network/types.js';
import { RandomGenerator } from '../random/random-generator.js';
import { differentiate, disposeTrainingPass } from './differentiate.js';
import { forward } from './forward.js';
import { createVariables, disposeVariables, initialize } from './variables.js';

const network = asNetwork(identityBlock({ kernelSize: 3, filters: [2, 2, 3] }), [4, 4, 3]);

beforeAll(() => tf.setBackend('cpu'));

// @resnetjs/parity compares the values with a float64 reference.
describe('differentiate', () => {
  const run = (upstream: (result: tf.Tensor) => tf.Tensor) => {
    const variables = initialize(network);
    const images = tf.ones([2, 4, 4, 3]);
    const pass = differentiate(network, variables, images, upstream);
    images.dispose();
    disposeVariables(variables);
    return pass;
  };

  it('keeps its result where the upstream gradient is the result itself', () => {
    const pass = run((result) => result);
    expect(pass.result.isDisposed).toBe(false);
    disposeTrainingPass(pass);
  });

  it("doesn't dispose of an upstream gradient that the caller owns", () => {
    const own = tf.ones([2, 4, 4, 3]);
    disposeTrainingPass(run(() => own));
    expect(own.isDisposed).toBe(false);
    own.dispose();
  });

  it('rejects an upstream gradient of another shape, and leaks no tensor', () => {
    const variables = initialize(network);
    const images = tf.ones([2, 4, 4, 3]);
    const before = tf.memory().numTensors;
    expect(() => differentiate(network, variables, images, () => tf.scalar(1))).toThrow(
      "The gradient of block's result must have its shape, [2, 4, 4, 3], but upstream returned [].",
    );
    expect(tf.memory().numTensors).toBe(before);
    images.dispose();
    disposeVariables(variables);
  });

  it('keeps what upstream passes to tf.keep, and nothing else', () => {
    const before = tf.memory().numTensors;
    let loss: tf.Tensor | undefined;
    disposeTrainingPass(
      run((result) => {
        loss = tf.keep(tf.mean(result));
        return tf.onesLike(result);
      }),
    );
    expect(loss?.isDisposed).toBe(false);
    loss?.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('with some weights learned', () => {
  const conv = {
    op: 'conv',
    filters: 2,
    kernelSize: [1, 1],
    strides: [1, 1],
    padding: 'same',
    groups: 1,
    dilations: [1, 1],
    bias: true,
    initializer: initializers.glorotUniform(),
  } as const;
  const norm = {
    op: 'norm',
    epsilon: 1e-3,
    momentum: 0.9,
    scaleInitializer: { kind: 'ones' },
    runningVariance: 'biased',
  } as const;
  const small: Network = {
    name: 'small',
    input: [2, 2, 2],
    inputName: 'x',
    stem: [conv, norm, { op: 'act', activation: 'relu' }, conv, norm],
    stages: [],
    head: [{ op: 'flatten' }],
  };
  const random = RandomGenerator.stateless(7);
  const values = new Map(
    parameters(small).map(({ id, shape }) => [
      id,
      Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => 0.5 + random.uniform()),
    ]),
  );
  const upstream = Float32Array.from({ length: 24 }, () => random.normal());
  const pixels = Float32Array.from({ length: 24 }, () => random.normal());
  const gradientsOf = (options: Parameters<typeof differentiate>[4]) => {
    const before = tf.memory().numTensors;
    const variables = createVariables(small, ({ id }) => values.get(id));
    const images = tf.tensor(pixels, [3, 2, 2, 2]);
    const pass = differentiate(small, variables, images, () => tf.tensor(upstream, [3, 8]), options);
    const found = {
      weights: new Map([...pass.gradients.weights].map(([id, tensor]) => [id, [...tensor.dataSync()]])),
      moments: [...pass.moments.keys()],
      result: [...pass.result.dataSync()],
      inference: [...forward(small, variables, images).dataSync()],
    };
    disposeTrainingPass(pass);
    disposeVariables(variables);
    images.dispose();
    expect(tf.memory().numTensors).toBe(before + 1); // the inference's result
    return found;
  };
  const all = gradientsOf({});

  it('gives the gradients of those, and of no others', () => {
    const learned = new Set(['stem.0.bias', 'stem.1.scale', 'stem.3.kernel', 'stem.4.offset']);
    const { weights, moments, result } = gradientsOf({ learned });
    expect([...weights.keys()].sort()).toEqual([...learned].sort());
    for (const [id, gradient] of weights) expect(gradient, id).toEqual(all.weights.get(id));
    expect({ moments, result }).toEqual({ moments: all.moments, result: all.result });
  });

  it('gives none for none, and is then inference', () => {
    const { weights, moments, result, inference } = gradientsOf({ learned: new Set() });
    expect({ weights: weights.size, moments }).toEqual({ weights: 0, moments: [] });
    result.forEach((value, index) => {
      expect(value).toBeCloseTo(inference[index] as number, 5);
    });
  });

  it('normalizes by running statistics where neither scale nor offset is learned, and gives the bias before it a gradient', () => {
    const learned = new Set(['stem.0.kernel', 'stem.0.bias', 'stem.3.kernel', 'stem.3.bias']);
    const { weights, moments, result } = gradientsOf({ learned });
    expect(moments).toEqual([]);
    // The last bias reaches the result through its normalization alone: Σ upstream · scale / √(variance + ε), by channel.
    const scale = values.get('stem.4.scale') as Float32Array;
    const variance = values.get('stem.4.variance') as Float32Array;
    const expected = [0, 1].map((channel) => {
      const sum = upstream.filter((_, index) => index % 2 === channel).reduce((a, b) => a + b, 0);
      return (sum * (scale[channel] as number)) / Math.sqrt((variance[channel] as number) + 1e-3);
    });
    expected.forEach((value, channel) => {
      expect(weights.get('stem.3.bias')?.[channel]).toBeCloseTo(value, 4);
    });
    // The first one by central differences of Σ upstream · result.
    const loss = (delta: number) => {
      const own = new Map(values);
      own.set(
        'stem.0.bias',
        Float32Array.from(values.get('stem.0.bias') ?? [], (v, i) => (i === 0 ? v + delta : v)),
      );
      const variables = createVariables(small, ({ id }) => own.get(id));
      return tf.tidy(() => {
        const y = Array.from(forward(small, variables, tf.tensor(pixels, [3, 2, 2, 2])).dataSync());
        disposeVariables(variables);
        return y.reduce((sum, value, index) => sum + value * (upstream[index] as number), 0);
      });
    };
    const slope = (loss(1e-2) - loss(-1e-2)) / 2e-2;
    expect((weights.get('stem.0.bias')?.[0] as number) / slope).toBeCloseTo(1, 2);
    expect(result).not.toEqual(all.result);
  });
});
