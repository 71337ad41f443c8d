import {
  disposeTrainingPass,
  disposeVariables,
  fold,
  forward,
  forwardTraining,
  type Network,
  type Variables,
} from '@resnetjs/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Verdict } from '../verdict.js';
import { claim } from './quantities.js';

/** Where all of an image is NaN, so is all of the result: a number there would hide that a computation has failed. */
export async function checkNotANumber(
  network: Network,
  variables: Variables,
  images: tf.Tensor,
): Promise<Verdict[]> {
  const nothing = tf.fill(images.shape, Number.NaN);
  const folded = fold({ network, variables });
  const pass = forwardTraining(network, variables, nothing);
  const results: readonly [what: string, result: tf.Tensor][] = [
    ['inference', forward(network, variables, nothing)],
    ['inference, folded', forward(folded.network, folded.variables, nothing)],
    ['training', pass.result.clone()],
  ];
  disposeTrainingPass(pass);
  disposeVariables(folded.variables);
  nothing.dispose();
  const verdicts: Verdict[] = [];
  for (const [what, result] of results) {
    const numbers = (await result.data()).filter((value) => !Number.isNaN(value));
    const otherwise = `${numbers.length} numbers, the first ${numbers[0]}`;
    verdicts.push(claim(`${what} of NaN is NaN`, numbers.length === 0, otherwise));
    result.dispose();
  }
  return verdicts;
}
