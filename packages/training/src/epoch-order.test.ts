import { RandomGenerator } from '@resnetjs/core';
import { describe, expect, it } from 'vitest';
import { epochOrder } from './epoch-order.js';

const labels = Uint16Array.from({ length: 100 }, (_, index) => (index < 80 ? 0 : index < 95 ? 1 : 3));
const order = (sampling: 'shuffle' | 'balanced', epoch = 1) =>
  epochOrder({ seed: 7, sampling }, labels, { epoch, generator: RandomGenerator.stateless(7) });

const tally = (values: Iterable<number>) => {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
};

it('a shuffled epoch has each image once', () => {
  expect([...order('shuffle')].sort((a, b) => a - b)).toEqual([...labels.keys()]);
});

describe('a balanced epoch', () => {
  it('has as many places, and as many of each class that has images', () => {
    const chosen = order('balanced');
    expect(chosen).toHaveLength(100);
    const byClass = tally(Array.from(chosen, (index) => labels[index] as number));
    expect([...byClass.keys()].sort()).toEqual([0, 1, 3]);
    expect([...byClass.values()].sort()).toEqual([33, 33, 34]);
  });

  it("has each of a class's images as often as the others, or once more", () => {
    const counts = tally(order('balanced'));
    for (const [from, to] of [
      [0, 80],
      [80, 95],
      [95, 100],
    ] as const) {
      const own = Array.from({ length: to - from }, (_, i) => counts.get(from + i) ?? 0);
      expect(Math.max(...own) - Math.min(...own)).toBeLessThanOrEqual(1);
    }
  });

  it('has others in other epochs, and the same in the same', () => {
    expect(order('balanced', 2)).not.toEqual(order('balanced', 1));
    expect(order('balanced', 2)).toEqual(order('balanced', 2));
  });
});
