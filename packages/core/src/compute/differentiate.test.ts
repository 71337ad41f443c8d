import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { asNetwork } from '../blocks/as-network.js';
import { identityBlock } from '../blocks/residual.js';
import { differentiate, disposeTrainingPass } from './differentiate.js';
import { disposeVariables, initialize } from './variables.js';

const network = asNetwork(identityBlock({ kernelSize: 3, filters: [2, 2, 3] }), [4, 4, 3]);

beforeAll(() => tf.setBackend('cpu'));

// How the values agree with float64 is judged in @resnetjs/parity.
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

  it("leaves a caller's own upstream gradient alone", () => {
    const own = tf.ones([2, 4, 4, 3]);
    disposeTrainingPass(run(() => own));
    expect(own.isDisposed).toBe(false);
    own.dispose();
  });

  it('refuses an upstream gradient of another shape, and leaves no tensor', () => {
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

  it('keeps what upstream keeps, and nothing else', () => {
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
