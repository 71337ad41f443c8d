import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { asNetwork } from '../blocks/as-network.js';
import { identityBlock } from '../blocks/residual.js';
import { differentiate, disposeTrainingPass } from './differentiate.js';
import { disposeVariables, initialize } from './variables.js';

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
