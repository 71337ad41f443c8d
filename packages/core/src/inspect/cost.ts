import { parameters } from '../network/parameters.js';
import { shapes } from '../network/shape.js';
import type { Network, Shape } from '../network/types.js';
import { walk } from '../network/walk.js';

/** Numbers of scalars in a network's variables. */
export interface ParameterCount {
  readonly total: number;
  readonly trainable: number;
  /** Running statistics. */
  readonly nonTrainable: number;
}

export const elements = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

export function countParameters(network: Network): ParameterCount {
  let trainable = 0;
  let nonTrainable = 0;
  for (const parameter of parameters(network)) {
    if (parameter.trainable) trainable += elements(parameter.shape);
    else nonTrainable += elements(parameter.shape);
  }
  return { total: trainable + nonTrainable, trainable, nonTrainable };
}

/** Multiply-adds of each node for one image, counted as papers do: convolutions and dense layers only. */
export function nodeMultiplyAdds(network: Network): readonly number[] {
  const results = shapes(network);
  return walk(network).map(({ op, from }, index) => {
    const input = results[from[0] ?? 0] as Shape;
    const output = elements(results[index] as Shape);
    if (op.op === 'conv') return output * elements(op.kernelSize) * (input.at(-1) as number);
    return op.op === 'dense' ? output * (input[0] as number) : 0;
  });
}

/** Multiply-adds of the whole network for one image. */
export function multiplyAdds(network: Network): number {
  return nodeMultiplyAdds(network).reduce((a, b) => a + b, 0);
}
