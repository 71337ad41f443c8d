import { RandomGenerator } from '@resnetjs/core';
import type { Recipe } from '@resnetjs/recipe';

/** The first of the random streams that choose the images of a balanced epoch: one stream per epoch. */
const SAMPLING_STREAM = 9 * 2 ** 32;

/**
 * The images of an epoch in their order: a permutation of all of them; or, with balanced sampling, as many places, in which
 * each class that has images comes equally often (but for a remainder), and each of its images as often as the others or once
 * more.
 */
export function epochOrder(
  { seed, sampling = 'shuffle' }: Pick<Recipe, 'seed' | 'sampling'>,
  labels: Uint16Array,
  { epoch, generator }: { readonly epoch: number; readonly generator: RandomGenerator },
): Uint32Array {
  const places = generator.permutation(labels.length);
  if (sampling === 'shuffle') return places;
  const random = RandomGenerator.stateless(seed, SAMPLING_STREAM + epoch);
  const balanced = balancedImages(labels, random);
  return places.map((place) => balanced[place] as number);
}

function balancedImages(labels: Uint16Array, random: RandomGenerator): Uint32Array {
  const members = new Map<number, number[]>();
  labels.forEach((label, index) => {
    const own = members.get(label);
    if (own) own.push(index);
    else members.set(label, [index]);
  });
  const classes = [...members.values()];
  const turns = random.permutation(classes.length); // which classes have one of the remaining places
  const rounds = classes.map(() => ({ order: new Uint32Array(), next: 0 }));
  return Uint32Array.from(labels, (_, place) => {
    const turn = turns[place % classes.length] as number;
    const own = classes[turn] as number[];
    const round = rounds[turn] as (typeof rounds)[number];
    if (round.next === round.order.length)
      Object.assign(round, { order: random.permutation(own.length), next: 0 });
    return own[round.order[round.next++] as number] as number;
  });
}
