import { describe, expect, it } from 'vitest';
import { classifiedImages, ClassifiedTally } from './classified.js';

const rows = (...values: number[][]) => Float32Array.from(values.flat());

describe('classifiedImages', () => {
  it('ranks the class among all, the first of equals first', () => {
    const found = classifiedImages(
      { labels: [2, 0, 1, 1], indices: [7, 8, 9, 10] },
      rows([0.5, 0.3, 0.2], [0.6, 0.3, 0.1], [0.4, 0.4, 0.2], [0.25, 0.5, 0.25]),
    );
    expect(found.map(({ index, label, predicted, rank }) => [index, label, predicted, rank])).toEqual([
      [7, 2, 0, 3],
      [8, 0, 0, 1],
      [9, 1, 0, 2],
      [10, 1, 1, 1],
    ]);
    expect(found[0]?.probability).toBe(0.5);
    expect(found[0]?.labelProbability).toBeCloseTo(0.2, 6);
  });
});

describe('ClassifiedTally', () => {
  const image = (probability: number, isRight: boolean, rank = isRight ? 1 : 2) => ({
    ...{ index: 0, label: 0, predicted: isRight ? 0 : 1, probability, labelProbability: 0, rank },
  });

  it('computes the expected calibration error by hand: bins of a fifteenth', () => {
    const tally = new ClassifiedTally(3);
    for (const each of [image(0.95, true), image(0.97, false), image(0.5, true), image(0.5, true)])
      tally.add(each);
    // The last bin: accuracy 0.5, probability 0.96; the eighth, up to 8/15: accuracy 1, probability 0.5.
    const { error, bins } = tally.calibration;
    expect(error).toBeCloseTo(0.5 * Math.abs(0.5 - 0.96) + 0.5 * Math.abs(1 - 0.5), 12);
    expect(bins.length).toBe(15);
    expect(bins[14]).toEqual({ images: 2, accuracy: 0.5, probability: 0.96 });
    expect(bins[7]).toEqual({ images: 2, accuracy: 1, probability: 0.5 });
    expect(bins.reduce((sum, { images }) => sum + images, 0)).toBe(4);
  });

  it('counts the top k, up to five', () => {
    const tally = new ClassifiedTally(100);
    for (const rank of [1, 1, 2, 5, 6, 100]) tally.add(image(0.5, rank === 1, rank));
    expect(tally.topAccuracies).toEqual([2 / 6, 3 / 6, 3 / 6, 3 / 6, 4 / 6]);
    expect(new ClassifiedTally(2).topAccuracies.length).toBe(2);
  });

  it('puts the extremes into the first and the last bin', () => {
    const tally = new ClassifiedTally(2);
    for (const each of [image(0, false), image(1, true), image(1 / 15, true)]) tally.add(each);
    const { bins, error } = tally.calibration;
    expect([bins[0]?.images, bins[14]?.images]).toEqual([2, 1]);
    expect(error).toBeGreaterThan(0);
  });
});
