import { type Dropout, RandomGenerator } from '@resnetjs/core';
import { mapped, type ReferenceTensor } from './tensor.js';

/** The random numbers that dropout takes in every case, from the first one on. */
export const dropoutGenerator = (): RandomGenerator => RandomGenerator.stateless(0, 99);

/** What dropout multiplies a tensor by: 0 with a probability of `rate`, else 1 / (1 − rate); a number for each value, in order. */
export function dropoutMask({ rate }: Dropout, x: ReferenceTensor, random: RandomGenerator): ReferenceTensor {
  return mapped(x, () => (random.uniform() < rate ? 0 : 1 / (1 - rate)));
}
