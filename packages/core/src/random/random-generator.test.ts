import { describe, expect, it } from 'vitest';
import { RandomGenerator } from './random-generator.js';

const words = (generator: RandomGenerator, count: number) =>
  Array.from({ length: count }, () => generator.word());

describe('RandomGenerator', () => {
  it("returns the words of TensorFlow's stateless sampling", () => {
    expect(words(RandomGenerator.stateless(0, 0), 4)).toEqual([
      3885695630, 2698665609, 1306945658, 2883758418,
    ]);
  });

  it("samples TensorFlow's numbers for the seeds (0, 0)", () => {
    const random = RandomGenerator.stateful(0, 0); // tf.random.set_seed(0); tf.random.uniform([4], seed=0), 2.21
    expect(Array.from({ length: 4 }, () => random.uniform())).toEqual([
      0.01975703239440918, 0.0070421695709228516, 0.189872145652771, 0.7772657871246338,
    ]);
  });

  it("returns the words of TensorFlow's stateful sampling", () => {
    expect(words(RandomGenerator.stateful(87654321, 0), 4)).toEqual([
      361556241, 1459367533, 3832325198, 1250307605,
    ]);
  });

  it('continues from a saved state at every position within a counter', () => {
    for (let used = 0; used < 9; used++) {
      const generator = RandomGenerator.stateless(7, 3);
      words(generator, used);
      const saved = JSON.parse(JSON.stringify(generator.state()));
      expect(words(RandomGenerator.restore(saved), 11)).toEqual(words(generator, 11));
    }
  });

  it('carries through the whole counter when it skips', () => {
    const generator = RandomGenerator.restore({
      key: [1, 2],
      counter: [0xffffffff, 0xffffffff, 5, 0],
      used: 4,
    });
    generator.skip(1);
    expect(generator.state().counter).toEqual([0, 0, 6, 0]);
  });

  it('permutes: each index once, and not in order', () => {
    const order = [...RandomGenerator.stateless(1).permutation(100)];
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(order).not.toEqual([...order].sort((a, b) => a - b));
  });

  it('samples a normal distribution of mean 0 and variance 1, within four standard errors', () => {
    const generator = RandomGenerator.stateless(5);
    const samples = Array.from({ length: 40_000 }, () => generator.normal());
    const mean = samples.reduce((a, b) => a + b) / samples.length;
    const variance = samples.reduce((a, b) => a + (b - mean) ** 2, 0) / samples.length;
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(40_000));
    expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / 40_000));
  });
});

describe('seeds', () => {
  it.each([-1, 1.5, Number.NaN, 2 ** 53])('are rejected: %d', (seed) => {
    expect(() => RandomGenerator.stateless(seed)).toThrow(
      /The seed is .*; it must be a whole number of at least 0/,
    );
  });
});
