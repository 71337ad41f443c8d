import {
  disposeTrainingPass,
  disposeVariables,
  forward,
  forwardTraining,
  initialize,
  type Network,
  type Variables,
} from '@resnetjs/core';
import * as tf from '@tensorflow/tfjs-core';
import type { PublishedResult } from './published.js';
import { referenceForward, type ReferenceVariables } from '../reference/network.js';
import { tensor64 } from '../reference/tensor.js';
import { sampleVariables } from '../reference/variables.js';
import { compare, type Comparison } from '../compare.js';

/**
 * Repeats a published call on the current backend, and compares its result with the printed numbers.
 *
 * @example
 * ```ts
 * for (const published of publishedResults) {
 *   const { passed, message } = await reproduce(published);
 *   if (!passed) console.log(message);
 * }
 * ```
 */
export async function reproduce(published: PublishedResult): Promise<Comparison> {
  const network = published.networks.at(-1) as Network;
  const random = published.random();
  const variables = published.networks.map((each) => initialize(each, { randomSource: random }));
  const { values, shape } = published.images();
  const images = tf.tensor(values, [...shape]);
  const result = compute(network, variables.at(-1) as Variables, images, published.mode);
  variables.forEach(disposeVariables);
  images.dispose();
  const computed = await result.data();
  result.dispose();
  return compareWithPrinted(published, computed, result.shape);
}

/** Repeats a published call in float64, from the same float32 initial values, and compares its result likewise. */
export function reproduceInFloat64(published: PublishedResult): Comparison {
  const network = published.networks.at(-1) as Network;
  const random = published.random();
  const variables = published.networks.map((each) => sampleVariables(each, random));
  const { values, shape } = published.images();
  const last = variables.at(-1) as ReferenceVariables;
  const { result } = referenceForward(network, last, tensor64(values, shape), { mode: published.mode });
  return compareWithPrinted(published, result.data, result.shape);
}

function compute(network: Network, variables: Variables, images: tf.Tensor, mode: PublishedResult['mode']) {
  if (mode === 'inference') return forward(network, variables, images);
  const pass = forwardTraining(network, variables, images);
  const result = pass.result.clone();
  disposeTrainingPass(pass);
  return result;
}

function compareWithPrinted(
  published: PublishedResult,
  values: ArrayLike<number>,
  shape: readonly number[],
): Comparison {
  const { source, call, read, printed, tolerance } = published;
  return compare(`${source}, ${call}`, read(values, shape), printed, tolerance);
}
