import { outputShape, type Parameter, parameters } from '@resnetjs/core';
import type { GoldenLoss, GoldenNetwork } from './golden-networks.test-support.js';
import { type ReferenceTensor, sizeOf, tensor64 } from './tensor.js';

/**
 * Random numbers in [0, 1), the same as in tooling/goldens/sampling.py: the upper 16 bits of Park and Miller's minimal standard
 * generator (1993 constants). Integers and powers of two only, so that both languages get the same bits.
 */
function generator(index: number): () => number {
  let state = 20_000 + 7919 * index;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return Math.floor(state / 2 ** 15) / 2 ** 16;
  };
}

function tensor(uniform: () => number, shape: readonly number[], [low, high]: Range): ReferenceTensor {
  return tensor64(
    Array.from({ length: sizeOf(shape) }, () => low + (high - low) * uniform()),
    shape,
  );
}

type Range = readonly [low: number, high: number];

const ranges: Readonly<Record<Parameter['role'], Range>> = {
  kernel: [-0.5, 0.5],
  bias: [-0.5, 0.5],
  scale: [0.5, 1.5],
  offset: [-0.5, 0.5],
  mean: [-0.5, 0.5],
  variance: [0.5, 1.5],
};
const symmetric: Range = [-1, 1];

/** The variables in order, the images, and the gradient of the result; `index` is the network's in the list. */
export function sampleGoldenNetwork({ network, batch }: GoldenNetwork, index: number) {
  const uniform = generator(index);
  const variables = new Map(
    parameters(network).map(({ id, role, shape }) => [id, tensor(uniform, shape, ranges[role])]),
  );
  const images = tensor(uniform, [batch, ...network.input], symmetric);
  return { variables, images, upstream: tensor(uniform, [batch, ...outputShape(network)], symmetric) };
}

/** Random logits, and every second class as a label. */
export function sampleGoldenLoss({ batch, classes, scale }: GoldenLoss, index: number) {
  const logits = tensor(generator(index), [batch, classes], [-scale, scale]);
  return { logits, labels: Array.from({ length: batch }, (_, row) => (2 * row) % classes) };
}
