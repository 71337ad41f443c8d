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
import { referenceForward, type ReferenceVariables } from './reference/network.js';
import { tensor64 } from './reference/tensor.js';
import { sampleVariables } from './reference/variables.js';
import { compare, type Verdict } from './verdict.js';

/** Repeats a published call on the current backend, and judges it by what was printed. */
export async function reproduce(published: PublishedResult): Promise<Verdict> {
  const network = published.networks.at(-1) as Network;
  const draws = published.draws();
  const drawn = published.networks.map((each) => initialize(each, { randomSource: draws }));
  const { values, shape } = published.images();
  const images = tf.tensor(values, [...shape]);
  const result = compute(network, drawn.at(-1) as Variables, images, published.mode);
  drawn.forEach(disposeVariables);
  images.dispose();
  const computed = await result.data();
  result.dispose();
  return compareReading(published, computed, result.shape);
}

/** The same call in float64, from the same float32 draws. */
export function reproduceInFloat64(published: PublishedResult): Verdict {
  const network = published.networks.at(-1) as Network;
  const draws = published.draws();
  const drawn = published.networks.map((each) => sampleVariables(each, draws));
  const { values, shape } = published.images();
  const last = drawn.at(-1) as ReferenceVariables;
  const { result } = referenceForward(network, last, tensor64(values, shape), { mode: published.mode });
  return compareReading(published, result.data, result.shape);
}

function compute(network: Network, variables: Variables, images: tf.Tensor, mode: PublishedResult['mode']) {
  if (mode === 'inference') return forward(network, variables, images);
  const pass = forwardTraining(network, variables, images);
  const result = pass.result.clone();
  disposeTrainingPass(pass);
  return result;
}

function compareReading(
  published: PublishedResult,
  values: ArrayLike<number>,
  shape: readonly number[],
): Verdict {
  const { source, call, read, printed, gate } = published;
  return compare(`${source}, ${call}`, read(values, shape), printed, gate);
}
