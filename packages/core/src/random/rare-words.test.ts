// What happens once in thousands or millions of words, and so in no test that only samples.
import { describe, expect, it } from 'vitest';
import { RandomGenerator } from './random-generator.js';

const words = (generator: RandomGenerator, count: number) =>
  Array.from({ length: count }, () => generator.word());

describe('integer', () => {
  it('draws again where the last range is not whole, so that no number is more likely', () => {
    const bound = 2 ** 31 + 1; // every other word is beyond the last whole range
    const kept = words(RandomGenerator.stateless(9), 100).filter((word) => word < bound);
    expect(kept.length).toBeLessThan(70);
    const generator = RandomGenerator.stateless(9);
    expect(kept.map(() => generator.integer(bound))).toEqual(kept);
  });

  it('draws again for the first word beyond the range, too', () => {
    const [word, next] = [3_885_695_630, 2_698_665_609]; // the first of the seeds (0, 0): see random-generator.test.ts
    expect(RandomGenerator.stateless(0).integer(word)).toBe(next);
    expect(RandomGenerator.stateless(0).integer(word + 1)).toBe(word);
  });

  it('takes every word for a power of two', () => {
    const generator = RandomGenerator.stateless(9);
    expect(Array.from({ length: 50 }, () => generator.integer(2 ** 32))).toEqual(
      words(RandomGenerator.stateless(9), 50),
    );
  });
});

describe('permutation', () => {
  it('is this one, on which the order of a resumed training depends', () => {
    expect([...RandomGenerator.stateless(0).permutation(12)]).toEqual([5, 9, 10, 7, 1, 4, 3, 6, 0, 8, 11, 2]);
    expect([...RandomGenerator.stateless(3, 2 ** 33).permutation(12)]).toEqual([
      6, 5, 3, 7, 8, 2, 0, 1, 4, 11, 10, 9,
    ]);
  });

  it('is each of the possible ones, equally often within four standard deviations', () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 1200; seed++) {
      const order = String(RandomGenerator.stateless(seed).permutation(3));
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values())
      expect(Math.abs(count - 200)).toBeLessThan(4 * Math.sqrt(200 * (5 / 6)));
  });
});

describe('normal', () => {
  it('is finite where a uniform number is 0', () => {
    const before = () => {
      const generator = RandomGenerator.stateless(0);
      generator.skip(234_974);
      words(generator, 2);
      return generator;
    };
    const generator = before();
    expect(generator.uniform()).toBe(0);
    const expected = Math.sqrt(-2 * Math.log(1e-7)) * Math.sin(2 * Math.PI * generator.uniform());
    expect(before().normal()).toBe(expected);
  });
});

describe('the stateful seeds', () => {
  it.each([
    [0, 5, [0, 0], [0, 0, 5, 0]],
    [5, 0, [5, 0], [0, 0, 0, 0]],
    [0, 0, [0, 0], [0, 0, 2 ** 31 - 1, 0]],
    [2 ** 32 + 1, 2 ** 33 + 3, [1, 1], [0, 0, 3, 2]],
  ])('%d and %d are key and counter; both 0 stand for others', (seed, operationSeed, key, counter) => {
    expect(RandomGenerator.stateful(seed, operationSeed).state()).toEqual({ key, counter, used: 4 });
  });
});
