import { type Dropout, RandomGenerator } from '@resnetjs/core';
import { mapped, type ReferenceTensor } from './tensor.js';

/** The random numbers that dropout takes in every case, from the first one on. */
export const dropoutGenerator = (): RandomGenerator => RandomGenerator.stateless(0, 99);

/**
 * What dropout multiplies a tensor by: 0 with a probability of `rate`, else 1 / (1 − rate); a number for each value, or for
 * each example, in order.
 */
export function dropoutMask(
  { rate, per }: Dropout,
  x: ReferenceTensor,
  random: RandomGenerator,
): ReferenceTensor {
  const factor = () => (random.uniform() < rate ? 0 : 1 / (1 - rate));
  const perFactor = per === 'value' ? 1 : x.data.length / (x.shape[0] as number);
  let current = 0;
  return mapped(x, (_value, i) => {
    if (i % perFactor === 0) current = factor();
    return current;
  });
}
