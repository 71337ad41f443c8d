import { expect, it } from 'vitest';
import { alignClasses } from './align-classes.js';
import type { Dataset } from './dataset.js';
import { subset } from './subset.js';

const of = (classes: readonly string[], ...labels: number[]): Dataset => ({
  classes,
  shape: [1, 1, 3],
  labels: Uint16Array.from(labels),
  read: async () => new Uint8Array(),
});

it('labels count in the classes of a model, by name', () => {
  const same = of(['a', 'b'], 0, 1);
  expect(alignClasses(same, ['a', 'b'])).toBe(same);
  const { classes, labels } = alignClasses(of(['c', 'a'], 0, 1, 1, 0), ['a', 'b', 'c']);
  expect([classes, [...labels]]).toEqual([
    ['a', 'b', 'c'],
    [2, 0, 0, 2],
  ]);
});

it('a dataset may be an object of a class', async () => {
  class Red implements Dataset {
    readonly classes = ['b', 'a'];
    readonly shape = [1, 1, 3] as const;
    readonly labels = Uint16Array.of(0, 1);
    #pixel = [200, 0, 0];
    async read(indices: ArrayLike<number>) {
      return Uint8Array.from(Array.from(indices).flatMap(() => this.#pixel));
    }
    isBroken(index: number): boolean {
      return index === this.#pixel[1];
    }
    async identify() {
      return this.classes.map((name) => ({ name, content: `${this.#pixel}` }));
    }
  }
  const aligned = subset(alignClasses(new Red(), ['a', 'b']), [1, 0]);
  expect([...aligned.labels]).toEqual([0, 1]);
  expect([...(await aligned.read([1]))]).toEqual([200, 0, 0]);
  expect([aligned.isBroken?.(0), aligned.isBroken?.(1)]).toEqual([false, true]);
  expect(await aligned.identify?.()).toEqual([
    { name: 'a', content: '200,0,0' },
    { name: 'b', content: '200,0,0' },
  ]);
});

it('a class that the model does not know is named, and no more than that', () => {
  expect(() => alignClasses(of(['a', 'dog'], 0), ['a', 'cat'])).toThrow(
    "The model's classes are a, cat, but the dataset's are a, dog: the model doesn't know dog.",
  );
  expect(() => alignClasses(of(['a,b', 'c'], 0), ['a', 'b,c'])).toThrow("doesn't know a,b, c.");
  const many = Array.from({ length: 1000 }, (_, i) => `${i} ${'a class with a long name '.repeat(9)}`);
  const message = (work: () => unknown): string => {
    try {
      return String(work());
    } catch (error) {
      return (error as Error).message;
    }
  };
  const text = message(() => alignClasses(of([...many].reverse(), 0), many.slice(0, 500)));
  expect(text).toContain('and 490 more');
  expect(text.length).toBeLessThan(2000);
});

it('a name that is there twice is refused', () => {
  expect(() => alignClasses(of(['a', 'b'], 0), ['a', 'a'])).toThrow(
    /Two of the model's classes are called "a"/,
  );
  expect(() => alignClasses(of(['b', 'b'], 0), ['a', 'b'])).toThrow(
    /Two of the dataset's classes are called "b"/,
  );
});
