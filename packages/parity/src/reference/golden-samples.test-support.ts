import { outputShape, type Parameter, parameters } from '@resnetjs/core';
import type { GoldenLoss, GoldenNetwork } from './golden-networks.test-support.js';
import { type ReferenceTensor, sizeOf, tensor64 } from './tensor.js';

/**
 * Numbers that tooling/goldens/draws.py draws, too: the minimal standard generator of Park and Miller (1993 constants),
 * of which the upper 16 bits are taken. All in whole numbers and powers of two, so that both languages get the same bits.
 * Gives values in [0, 1).
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

/** The variables in their order, the images, and the gradient of the result; `index` is the network's place in the list. */
export function sampleGoldenNetwork({ network, batch }: GoldenNetwork, index: number) {
  const uniform = generator(index);
  const variables = new Map(
    parameters(network).map(({ id, role, shape }) => [id, tensor(uniform, shape, ranges[role])]),
  );
  const images = tensor(uniform, [batch, ...network.input], symmetric);
  return { variables, images, upstream: tensor(uniform, [batch, ...outputShape(network)], symmetric) };
}

/** Logits, and every second class as a label. */
export function sampleGoldenLoss({ batch, classes, scale }: GoldenLoss, index: number) {
  const logits = tensor(generator(index), [batch, classes], [-scale, scale]);
  return { logits, labels: Array.from({ length: batch }, (_, row) => (2 * row) % classes) };
}
