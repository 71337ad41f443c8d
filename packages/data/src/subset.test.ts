import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Dataset } from './dataset.js';
import { splitDataset, subset } from './subset.js';

/** Images of one pixel whose red is their index. */
function dots(labels: readonly number[], classes = 4): Dataset {
  return {
    classes: Array.from({ length: classes }, (_, i) => `class ${i}`),
    shape: [1, 1, 3],
    labels: Uint16Array.from(labels),
    read: async (indices) => Uint8Array.from(Array.from(indices).flatMap((index) => [index, 0, 0])),
  };
}

const everything = (dataset: Dataset) => Array.from(dataset.labels.keys());
const reds = async (dataset: Dataset) =>
  [...(await dataset.read(everything(dataset)))].filter((_, i) => i % 3 === 0);

const labelled = fc
  .array(fc.integer({ min: 0, max: 3 }), { minLength: 4, maxLength: 200 })
  .filter((labels) => new Set(labels).size >= 2 && new Set(labels).size < labels.length);
const fraction = fc.double({ min: 0.01, max: 0.99, noNaN: true });
const seed = fc.nat();

describe('splitDataset', () => {
  it('puts every image on one side, in order, with its label', async () => {
    await fc.assert(
      fc.asyncProperty(labelled, fraction, seed, async (labels, fraction, seed) => {
        const parts = splitDataset(dots(labels), { validationSplit: fraction, seed });
        const train = await reds(parts.train);
        const validation = await reds(parts.validation);
        expect([...train, ...validation].sort((a, b) => a - b)).toEqual([...labels.keys()]);
        for (const [side, dataset] of [
          [train, parts.train],
          [validation, parts.validation],
        ] as const) {
          expect(side).toEqual([...side].sort((a, b) => a - b));
          expect([...dataset.labels]).toEqual(side.map((index) => labels[index]));
        }
      }),
      { seed: 20151210 },
    );
  });

  it('takes the same share of every class, and leaves one on each side', () => {
    fc.assert(
      fc.property(labelled, fraction, seed, (labels, fraction, seed) => {
        const { train, validation } = splitDataset(dots(labels), { validationSplit: fraction, seed });
        for (let label = 0; label < 4; label++) {
          const [left, right] = [train, validation].map(
            (side) => side.labels.filter((l) => l === label).length,
          ) as [number, number];
          const total = left + right;
          if (total >= 2) expect(Math.min(left, right)).toBeGreaterThanOrEqual(1);
          else expect(right).toBe(0);
          if (total >= 2) expect(Math.abs(right - total * fraction)).toBeLessThanOrEqual(1);
        }
      }),
      { seed: 20151210 },
    );
  });

  it('is the same for the same seed, and different for another', () => {
    const dataset = dots(Array.from({ length: 100 }, (_, i) => i % 4));
    const held = (seed: number) =>
      splitDataset(dataset, { validationSplit: 0.3, seed }).validation.read([0, 1, 2, 3, 4, 5]);
    return Promise.all([held(1), held(1), held(2)]).then(([a, b, c]) => {
      expect(a).toEqual(b);
      expect(a).not.toEqual(c);
    });
  });

  it('says what is wrong', () => {
    const pair = dots([0, 0, 1, 1]);
    for (const fraction of [0, 1, -1, Number.NaN]) {
      expect(() => splitDataset(pair, { validationSplit: fraction })).toThrow(
        `The validation fraction must be between 0 and 1, not ${fraction}`,
      );
    }
    expect(() => splitDataset(pair, { validationSplit: 0.5, seed: -1 })).toThrow(
      'seed must be a whole number of at least 0',
    );
    expect(() => splitDataset(dots([2, 2]), { validationSplit: 0.5 })).toThrow(
      'at least two classes are needed to tell classes apart; there is only "class 2"',
    );
    expect(() => splitDataset(dots([]), { validationSplit: 0.5 })).toThrow('there is none');
    expect(() => splitDataset(dots([0, 9]), { validationSplit: 0.5 })).toThrow(
      'image 1 has label 9, but there are 4 classes',
    );
    expect(() => splitDataset(dots([0, 1]), { validationSplit: 0.5 })).toThrow(
      'Every class has a single image',
    );
  });
});

describe('subset', () => {
  it('reads through to the dataset, in its own order', async () => {
    const part = subset(dots([0, 1, 2, 3]), [3, 1, 1]);
    expect([...part.labels]).toEqual([3, 1, 1]);
    expect([...(await part.read([1, 0]))]).toEqual([1, 0, 0, 3, 0, 0]);
    await expect(part.read([3])).rejects.toThrow('There is no image 3: images are 0 to 2.');
  });

  it('refuses indices that name no image', () => {
    for (const index of [4, -1, 0.5])
      expect(() => subset(dots([0, 1, 2, 3]), [index])).toThrow(`There is no image ${index}`);
  });
});
