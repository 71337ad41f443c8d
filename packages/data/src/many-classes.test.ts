// Labels where there are more classes than fit into a byte, and images stand in no order of their labels.
import { RandomGenerator } from '@resnetjs/core';
import { describe, expect, it } from 'vitest';
import { batches } from './batches.js';
import { cached } from './cached.js';
import type { Dataset } from './dataset.js';
import { splitDataset, subset } from './subset.js';

const classes = Array.from({ length: 400 }, (_, label) => `class ${label}`);

/** Images of one pixel of four channels, two for its label and two for its index: what was read tells what belongs to it. */
function labelled(count: number): Dataset {
  const order = RandomGenerator.stateless(20).permutation(count);
  const labels = Uint16Array.from(order, (place) => (place * 7) % classes.length);
  return {
    classes,
    shape: [1, 1, 4],
    labels,
    read: async (indices) =>
      Uint8Array.from(
        Array.from(indices).flatMap((index) => {
          const label = labels[index] as number;
          return [label >> 8, label & 255, index >> 8, index & 255];
        }),
      ),
  };
}

const numbersIn = (images: Uint8Array, at: number) =>
  Array.from({ length: images.length / 4 }, (_, i) => {
    const [high, low] = images.subarray(4 * i + at);
    return 256 * (high as number) + (low as number);
  });
const labelsIn = (images: Uint8Array) => numbersIn(images, 0);
const indicesIn = (images: Uint8Array) => numbersIn(images, 2);
const everything = ({ labels }: Dataset) => [...labels.keys()];

async function expectOwnLabels(dataset: Dataset): Promise<void> {
  expect(labelsIn(await dataset.read(everything(dataset)))).toEqual([...dataset.labels]);
}

describe('400 classes', () => {
  it('are in no order', () => {
    const { labels } = labelled(800);
    expect(new Set(labels).size).toBe(400);
    expect([...labels]).not.toEqual([...labels].sort((a, b) => a - b));
  });

  it('keep their labels in batches, whatever the order and the last batch', async () => {
    const data = labelled(800);
    const order = RandomGenerator.stateless(21).permutation(800);
    const seen: number[] = [];
    for await (const { images, labels, indices } of batches(data, { batchSize: 37, order })) {
      expect(labelsIn(images)).toEqual([...labels]);
      expect(indicesIn(images)).toEqual([...indices]);
      expect([...labels]).toEqual([...indices].map((index) => data.labels[index]));
      seen.push(...indices);
    }
    expect(seen).toEqual([...order]);
  });

  it('keep their labels where images are left out', async () => {
    const data = labelled(800);
    const broken = new Set([0, 36, 37, 400, 799]);
    const seen: number[] = [];
    const some = { ...data, isBroken: (index: number) => broken.has(index) };
    for await (const { images, labels, indices } of batches(some, { batchSize: 37 })) {
      expect(labelsIn(images)).toEqual([...labels]);
      expect(indicesIn(images)).toEqual([...indices]);
      seen.push(...indices);
    }
    expect(seen).toEqual(everything(data).filter((index) => !broken.has(index)));
  });

  it('keep their labels in a subset, and in a subset of it', async () => {
    const order = RandomGenerator.stateless(22).permutation(800);
    const part = subset(labelled(800), order.subarray(0, 500));
    expect(part.classes).toEqual(classes);
    expect([...part.labels]).toEqual([...order.subarray(0, 500)].map((index) => labelled(800).labels[index]));
    await expectOwnLabels(part);
    await expectOwnLabels(subset(part, [499, 3, 3, 250]));
  });

  it('are split each by itself', async () => {
    const data = labelled(2000);
    const { train, validation } = splitDataset(data, { validationSplit: 0.4, seed: 6 });
    await expectOwnLabels(train);
    await expectOwnLabels(validation);
    const count = (labels: Uint16Array) =>
      classes.map((_, label) => labels.filter((l) => l === label).length);
    expect(count(train.labels)).toEqual(classes.map(() => 3));
    expect(count(validation.labels)).toEqual(classes.map(() => 2));
    // Each class has a choice of its own: not always the same two of its five images.
    const chosen = new Set<string>();
    const held = new Set(indicesIn(await validation.read(everything(validation))));
    for (const label of classes.keys()) {
      const members = everything(data).filter((index) => data.labels[index] === label);
      chosen.add(String(members.map((index) => held.has(index))));
    }
    expect(chosen.size).toBe(10);
  });

  it('are cached under their own index', async () => {
    const data = labelled(800);
    const kept = cached(data, 4 * 300);
    const order = RandomGenerator.stateless(23).permutation(800);
    for (let round = 0; round < 2; round++)
      for (let start = 0; start < 800; start += 64) {
        const indices = order.slice(start, start + 64);
        expect(await kept.read(indices)).toEqual(await data.read(indices));
      }
  });
});
