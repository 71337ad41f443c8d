import { describe, expect, it } from 'vitest';
import { cifar10Classes, cifar100Classes } from './cifar.js';
import { decodePredictions } from './decode-predictions.js';
import { imageNetClasses, imageNetIds } from './imagenet.js';

describe("ImageNet's classes", () => {
  it('are 1,000, no two alike, in the order of their synsets', () => {
    expect([imageNetClasses.length, imageNetIds.length]).toEqual([1000, 1000]);
    expect([new Set(imageNetClasses).size, new Set(imageNetIds).size]).toEqual([1000, 1000]);
    expect(imageNetIds.every((id) => /^n\d{8}$/.test(id))).toBe(true);
    expect(imageNetIds).toEqual([...imageNetIds].sort());
    expect(imageNetClasses.every((name) => name === name.trim() && name.length > 1)).toBe(true);
  });

  it.each([
    [0, 'n01440764', 'tench'],
    [134, 'n02012849', 'crane bird'],
    [281, 'n02123045', 'tabby'],
    [517, 'n03126707', 'crane'],
    [639, 'n03710721', 'maillot tank suit'],
    [999, 'n15075141', 'toilet tissue'],
  ])('%d is %s, %s', (index, id, name) => {
    expect([imageNetIds[index], imageNetClasses[index]]).toEqual([id, name]);
  });
});

it("CIFAR's classes are in the order of their labels, which is the alphabet's", () => {
  expect([cifar10Classes.length, cifar100Classes.length]).toEqual([10, 100]);
  expect(cifar10Classes).toEqual([...cifar10Classes].sort());
  expect(cifar100Classes).toEqual([...new Set(cifar100Classes)].sort());
  expect([cifar10Classes[6], cifar100Classes[0], cifar100Classes[53], cifar100Classes[99]]).toEqual([
    'frog',
    'apple',
    'orange',
    'worm',
  ]);
});

describe('decodePredictions', () => {
  const probabilities = (...best: readonly [index: number, probability: number][]) => {
    const row: number[] = Array(1000).fill(0.0001);
    for (const [index, probability] of best) row[index] = probability;
    return row;
  };

  it('gives the most probable classes of each image with their identifiers', () => {
    const images = [probabilities([281, 0.5], [282, 0.3]), probabilities([639, 0.2], [638, 0.7], [0, 0.05])];
    expect(decodePredictions(images, { top: 2 })).toEqual([
      [
        { id: 'n02123045', class: 'tabby', probability: 0.5 },
        { id: 'n02123159', class: 'tiger cat', probability: 0.3 },
      ],
      [
        { id: 'n03710637', class: 'maillot', probability: 0.7 },
        { id: 'n03710721', class: 'maillot tank suit', probability: 0.2 },
      ],
    ]);
  });

  it('gives five, as Keras does, unless told how many', () => {
    expect(decodePredictions([probabilities()])[0]).toHaveLength(5);
    expect(decodePredictions([])).toEqual([]);
  });

  it('refuses probabilities of other classes', () => {
    expect(() => decodePredictions([[0.5, 0.5]])).toThrow('There are 2 probabilities for 1000 classes');
    expect(() => decodePredictions([probabilities()], { top: 1.5 })).toThrow('count must be a whole number');
  });
});
