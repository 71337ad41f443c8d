import {
  differentiate,
  type ErrorCode,
  foldBatchNorm,
  forward,
  forwardTraining,
  type Network,
  parameters,
  ResNetError,
  type TensorMap,
  type Variables,
} from '@resnetjs/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Comparison } from '../compare.js';
import { dropoutGenerator } from '../reference/dropout.js';
import { claim, tensorsLeft } from './quantities.js';

/** Checks that passes that throw midway, at the first or last variable or in `upstream`, leave no tensors. */
export function checkThrows(network: Network, variables: Variables, images: tf.Tensor): Comparison[] {
  const comparisons: Comparison[] = [];
  const expectThrow = (what: string, isExpected: (error: unknown) => boolean, run: () => void) => {
    const before = tf.memory().numTensors;
    let thrown: unknown;
    try {
      run();
    } catch (error) {
      thrown = error;
    }
    comparisons.push(claim(`${what} throws the right error`, isExpected(thrown), `it threw ${thrown}`));
    comparisons.push(tensorsLeft(`live tensors after ${what} threw`, before));
  };
  const withCode = (code: ErrorCode) => (error: unknown) =>
    error instanceof ResNetError && error.code === code;

  const all = parameters(network);
  for (const { id, trainable } of [all[0], all.at(-1)].flatMap((parameter) => parameter ?? [])) {
    const without = (map: TensorMap): TensorMap => new Map([...map].filter(([key]) => key !== id));
    const rest = { weights: without(variables.weights), statistics: without(variables.statistics) };
    const missing = withCode('missing-variable');
    expectThrow(`forward without ${id}`, missing, () => forward(network, rest, images));
    expectThrow(`fold without ${id}`, missing, () => foldBatchNorm({ network, variables: rest }));
    if (!trainable) continue;
    expectThrow(`forwardTraining without ${id}`, missing, () =>
      forwardTraining(network, rest, images, { random: dropoutGenerator() }),
    );
    expectThrow(`differentiate without ${id}`, missing, () =>
      differentiate(network, rest, images, tf.onesLike, { random: dropoutGenerator() }),
    );
  }
  const small = tf.zeros([1, 1, 1, 1]);
  const mismatch = withCode('shape-mismatch');
  expectThrow('forward of a small image', mismatch, () => forward(network, variables, small));
  expectThrow('forwardTraining of a small image', mismatch, () => forwardTraining(network, variables, small));
  small.dispose();
  const probe = new Error('Thrown on purpose, to see what it leaves behind.');
  const throwing = (result: tf.Tensor): tf.Tensor => {
    tf.onesLike(result);
    throw probe;
  };
  expectThrow(
    'differentiate with an upstream that throws',
    (error) => error === probe,
    () => differentiate(network, variables, images, throwing, { random: dropoutGenerator() }),
  );
  return comparisons;
}
