import {
  disposeTrainingPass,
  disposeVariables,
  foldBatchNorm,
  forward,
  forwardTraining,
  type Network,
  type Variables,
} from '@resnetjs/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Comparison } from '../compare.js';
import { dropoutGenerator } from '../reference/dropout.js';
import { claim } from './quantities.js';

/** NaN images must give nans but NaN: a number would hide that a computation has failed. */
export async function checkNotANumber(
  network: Network,
  variables: Variables,
  images: tf.Tensor,
): Promise<Comparison[]> {
  const nans = tf.fill(images.shape, Number.NaN);
  const folded = foldBatchNorm({ network, variables });
  const pass = forwardTraining(network, variables, nans, { random: dropoutGenerator() });
  const results: readonly [what: string, result: tf.Tensor][] = [
    ['inference', forward(network, variables, nans)],
    ['inference, folded', forward(folded.network, folded.variables, nans)],
    ['training', pass.result.clone()],
  ];
  disposeTrainingPass(pass);
  disposeVariables(folded.variables);
  nans.dispose();
  const comparisons: Comparison[] = [];
  for (const [what, result] of results) {
    const numbers = (await result.data()).filter((value) => !Number.isNaN(value));
    const otherwise = `${numbers.length} numbers, the first ${numbers[0]}`;
    comparisons.push(claim(`${what} of NaN is NaN`, numbers.length === 0, otherwise));
    result.dispose();
  }
  return comparisons;
}
