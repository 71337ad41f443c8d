import { parameters } from '../network/parameters.js';
import { shapes } from '../network/shape.js';
import type { Network, Shape } from '../network/types.js';
import { walk } from '../network/walk.js';

/** The number of scalars in a network's parameters. */
export interface ParameterCount {
  readonly total: number;
  /** Weights. */
  readonly trainable: number;
  /** Running statistics. */
  readonly nonTrainable: number;
}

/** The number of elements of a tensor. */
export const elements = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/**
 * Counts a network's parameters, as Keras does. Throws `shape-mismatch` if the network's layers don't fit.
 *
 * @example
 * countParameters(courseResNet50()).total; // 23600006
 */
export function countParameters(network: Network): ParameterCount {
  let trainable = 0;
  let nonTrainable = 0;
  for (const parameter of parameters(network)) {
    if (parameter.trainable) trainable += elements(parameter.shape);
    else nonTrainable += elements(parameter.shape);
  }
  return { total: trainable + nonTrainable, trainable, nonTrainable };
}

/**
 * The multiply-adds of each node for one image, in the order of `walk`, counted as in papers: convolutions and dense
 * layers only. Throws `shape-mismatch` if the network's layers don't fit.
 */
export function nodeMultiplyAdds(network: Network): readonly number[] {
  const results = shapes(network);
  return walk(network).map(({ op, from }, index) => {
    const input = results[from[0] ?? 0] as Shape;
    const output = elements(results[index] as Shape);
    if (op.op === 'conv') return output * elements(op.kernelSize) * (input.at(-1) as number);
    return op.op === 'dense' ? output * (input[0] as number) : 0;
  });
}

/**
 * The multiply-adds of the whole network for one image, which papers call FLOPs or MACs. Throws as `shapes` does.
 *
 * @example
 * multiplyAdds(courseResNet50({ input: [224, 224, 3], classes: 1000 })); // about 3.9 billion
 */
export function multiplyAdds(network: Network): number {
  return nodeMultiplyAdds(network).reduce((a, b) => a + b, 0);
}
