import { type Network, parameters } from '@resnetjs/core';
import {
  type ReferenceGradients,
  referenceGradients,
  type ReferenceTensor,
  type ReferenceVariables,
  tensor64,
} from '@resnetjs/parity';
import type { Golden } from './golden.js';
import { goldenNetwork, sampledName } from './golden-network.js';
import { sampleImages, sampleLabels } from './sampling.js';
import { parameterSampler } from './variables.js';

/** A golden's network, variables, images and shapes, without what was computed. */
export type Asked = Pick<Golden, 'network' | 'classes' | 'thin'> & {
  readonly training: Pick<Golden['training'], 'images'>;
};

/** A network's variables in float64. */
export function referenceVariables(golden: Asked): ReferenceVariables {
  const [, ...input] = golden.training.images;
  const network = goldenNetwork(golden, input);
  const valuesOf = parameterSampler(network, sampledName(golden));
  return new Map(
    parameters(network).map((parameter) => [parameter.id, tensor64(valuesOf(parameter), parameter.shape)]),
  );
}

/** A golden's training step in float64. */
export function referenceTraining(
  golden: Asked,
  variables: ReferenceVariables,
): { readonly network: Network; readonly pass: ReferenceGradients } {
  const shape = golden.training.images;
  const [batch, ...input] = shape;
  const network = goldenNetwork(golden, input);
  const images = tensor64(sampleImages(sampledName(golden), shape), shape);
  const upstream = ({ data }: ReferenceTensor) => lossGradient(data, [batch, golden.classes]);
  return { network, pass: referenceGradients(network, variables, images, upstream) };
}

/** The gradient of the mean softmax cross-entropy: [batch, classes]. */
function lossGradient(
  logits: ArrayLike<number>,
  [batch, classes]: readonly [number, number],
): ReferenceTensor {
  const labels = sampleLabels(batch, classes);
  const rows = labels.flatMap((label, row) => {
    const powers = Array.from({ length: classes }, (_, i) => Math.exp(logits[row * classes + i] as number));
    const total = powers.reduce((a, b) => a + b);
    return powers.map((power, i) => (power / total - (i === label ? 1 : 0)) / batch);
  });
  return tensor64(rows, [batch, classes]);
}
