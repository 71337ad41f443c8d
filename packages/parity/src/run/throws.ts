import {
  differentiate,
  type ErrorCode,
  fold,
  forward,
  forwardTraining,
  type Network,
  parameters,
  ResNetError,
  type TensorMap,
  type Variables,
} from '@resnetjs/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Verdict } from '../verdict.js';
import { claim, still } from './quantities.js';

/** A pass that throws midway, at the first or the last variable or in `upstream`, leaves no tensor. */
export function checkThrows(network: Network, variables: Variables, images: tf.Tensor): Verdict[] {
  const verdicts: Verdict[] = [];
  const expectThrow = (what: string, isExpected: (error: unknown) => boolean, run: () => void) => {
    const before = tf.memory().numTensors;
    let thrown: unknown;
    try {
      run();
    } catch (error) {
      thrown = error;
    }
    verdicts.push(claim(`${what} throws what it should, not ${thrown}`, isExpected(thrown)));
    verdicts.push(still(`live tensors after ${what} threw`, before));
  };
  const withCode = (code: ErrorCode) => (error: unknown) =>
    error instanceof ResNetError && error.code === code;

  const all = parameters(network);
  for (const { id, trainable } of [all[0], all.at(-1)].flatMap((parameter) => parameter ?? [])) {
    const without = (map: TensorMap): TensorMap => new Map([...map].filter(([key]) => key !== id));
    const rest = { weights: without(variables.weights), statistics: without(variables.statistics) };
    const missing = withCode('missing-variable');
    expectThrow(`forward without ${id}`, missing, () => forward(network, rest, images));
    expectThrow(`fold without ${id}`, missing, () => fold({ network, variables: rest }));
    if (!trainable) continue;
    expectThrow(`forwardTraining without ${id}`, missing, () => forwardTraining(network, rest, images));
    expectThrow(`differentiate without ${id}`, missing, () =>
      differentiate(network, rest, images, tf.onesLike),
    );
  }
  const small = tf.zeros([1, 1, 1, 1]);
  const misfit = withCode('shape-mismatch');
  expectThrow('forward of a small image', misfit, () => forward(network, variables, small));
  expectThrow('forwardTraining of a small image', misfit, () => forwardTraining(network, variables, small));
  small.dispose();
  const probe = new Error('A probe of what a throw leaves behind.');
  const throwing = (result: tf.Tensor): tf.Tensor => {
    tf.onesLike(result);
    throw probe;
  };
  expectThrow(
    'differentiate with an upstream that throws',
    (error) => error === probe,
    () => differentiate(network, variables, images, throwing),
  );
  return verdicts;
}
