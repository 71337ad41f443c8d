import { parameters } from '../network/parameters.js';
import { shapes } from '../network/shape.js';
import type { Network, Shape } from '../network/types.js';
import { type NetworkNode, walk } from '../network/walk.js';

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
    return elements(results[index] as Shape) * productsPerValue(op, input.at(-1) as number);
  });
}

/** The multiply-adds that papers count for each value of an operation's result, by the channels of its input. */
function productsPerValue(op: NetworkNode['op'], channels: number): number {
  switch (op.op) {
    case 'conv':
      return elements(op.kernelSize) * (channels / op.groups);
    case 'dense':
      return channels;
    case 'input':
    case 'norm':
    case 'act':
    case 'add':
    case 'pad':
    case 'pool':
    case 'globalPool':
    case 'subsample':
    case 'gate':
    case 'flatten':
    case 'dropout':
      return 0;
    default:
      return op satisfies never;
  }
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
