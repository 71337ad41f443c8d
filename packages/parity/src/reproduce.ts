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
import { drawVariables } from './reference/variables.js';
import { judge, type Verdict } from './verdict.js';

/** Repeats a published call on the current backend, and judges it by what was printed. */
export async function reproduce(published: PublishedResult): Promise<Verdict> {
  const network = published.networks.at(-1) as Network;
  const draws = published.draws();
  const drawn = published.networks.map((each) => initialize(each, { draws }));
  const { values, shape } = published.pictures();
  const pictures = tf.tensor(values, [...shape]);
  const result = compute(network, drawn.at(-1) as Variables, pictures, published.mode);
  drawn.forEach(disposeVariables);
  pictures.dispose();
  const computed = await result.data();
  result.dispose();
  return judgeReading(published, computed, result.shape);
}

/** The same call in float64, from the same float32 draws. */
export function reproduceInFloat64(published: PublishedResult): Verdict {
  const network = published.networks.at(-1) as Network;
  const draws = published.draws();
  const drawn = published.networks.map((each) => drawVariables(each, draws));
  const { values, shape } = published.pictures();
  const last = drawn.at(-1) as ReferenceVariables;
  const { result } = referenceForward(network, last, tensor64(values, shape), { mode: published.mode });
  return judgeReading(published, result.data, result.shape);
}

function compute(network: Network, variables: Variables, pictures: tf.Tensor, mode: PublishedResult['mode']) {
  if (mode === 'inference') return forward(network, variables, pictures);
  const pass = forwardTraining(network, variables, pictures);
  const result = pass.result.clone();
  disposeTrainingPass(pass);
  return result;
}

function judgeReading(
  published: PublishedResult,
  values: ArrayLike<number>,
  shape: readonly number[],
): Verdict {
  const { source, call, read, printed, gate } = published;
  return judge(`${source}, ${call}`, read(values, shape), printed, gate);
}
