import { describe, expect, it } from 'vitest';
import {
  type Augmentation,
  augmentation,
  augmentationDefaults,
  augmentationKinds,
  augmentationSchema,
  augmentationsSchema,
} from './augmentation.js';
import { formatAugmentations, parseAugmentations } from './augmentation-text.js';

describe('augmentation', () => {
  it.each(augmentationKinds)('%s has defaults that fit its schema', (kind) => {
    expect(augmentation(kind)).toEqual(augmentationDefaults[kind]);
    expect(augmentationSchema.parse(JSON.parse(JSON.stringify(augmentation(kind))))).toEqual(
      augmentation(kind),
    );
  });

  it.each<[() => Augmentation, string]>([
    [
      () => augmentation('rotate', { degrees: 181 }),
      "The augmentation rotate's degrees is 181; it must be a number from 0 to 180.",
    ],
    [
      () => augmentation('crop', { area: [1, 0.5] }),
      'must be two numbers from 0.001 to 1, the smaller first',
    ],
    [() => augmentation('crop', { area: [0, 1] }), "crop's area.0 is 0; it must be two numbers from 0.001"],
    [() => augmentation('color', { hue: 0.6 }), "color's hue is 0.6; it must be a number from 0 to 0.5"],
    [() => augmentation('flip', { axis: 'both' as never }), `must be 'horizontal' or 'vertical'`],
    [() => augmentation('flip', { probability: Number.NaN }), 'must be a number from 0 to 1'],
    [() => augmentation('translate', { share: 1 }), 'must be at least 0 and less than 1'],
    [() => augmentation('randAugment', { magnitude: 31 }), 'must be a whole number from 0 to 30'],
    [() => augmentation('gray', { degrees: 3 } as never), "gray's degrees is not known"],
    [
      () => augmentation('toString' as never),
      'There is no augmentation "toString". There are crop, translate',
    ],
  ])('refuses %s', (make, message) => {
    expect(make).toThrow(message);
  });
});

describe('text', () => {
  it('is names with strengths', () => {
    expect(parseAugmentations('flip, translate=0.1,color=0.2:0.2:0.2:0.05,trivialAugment')).toEqual([
      augmentation('flip'),
      augmentation('translate', { share: 0.1 }),
      augmentation('color', { brightness: 0.2, contrast: 0.2, saturation: 0.2, hue: 0.05 }),
      augmentation('trivialAugment'),
    ]);
    expect(parseAugmentations('')).toEqual([]);
  });

  it.each<[string, Augmentation]>([
    ['crop=0.4', augmentation('crop', { area: [0.6, 1] })],
    ['crop=0.5..0.9:1..1', augmentation('crop', { area: [0.5, 0.9], ratio: [1, 1] })],
    ['flip=vertical', augmentation('flip', { axis: 'vertical' })],
    ['flip=vertical:0.3', augmentation('flip', { axis: 'vertical', probability: 0.3 })],
    ['flip=0.3', augmentation('flip', { probability: 0.3 })],
    ['color=0.8', augmentation('color', { brightness: 0.8, contrast: 0.8, saturation: 0.8, hue: 0.2 })],
    ['blur=2', augmentation('blur', { sigma: [0.1, 2] })],
    ['erase=0.1', augmentation('erase', { area: [0.02, 0.1] })],
    ['randAugment=12', augmentation('randAugment', { magnitude: 12 })],
    ['randAugment=12:3', augmentation('randAugment', { magnitude: 12, operations: 3 })],
  ])('%s', (text, expected) => {
    expect(parseAugmentations(text)).toEqual([expected]);
    expect(parseAugmentations(formatAugmentations([expected]))).toEqual([expected]);
  });

  it('gives back what it was made of', () => {
    const all = augmentationKinds.map((kind) => augmentation(kind));
    expect(formatAugmentations(all)).toBe(augmentationKinds.join(','));
    const odd = [
      augmentation('crop', { ratio: [0.9, 1.1] }),
      augmentation('color', { brightness: 0.1 }),
      augmentation('erase', { probability: 1 }),
      augmentation('blur', { sigma: [1e-2, 1 / 3] }),
      augmentation('randAugment', { operations: 1 }),
    ];
    expect(parseAugmentations(formatAugmentations([...all, ...odd]))).toEqual([...all, ...odd]);
  });

  it.each([
    ['flips', 'There is no augmentation "flips"'],
    ['rotate=many', `The augmentation "rotate=many" can't be read. Write rotate=DEGREES`],
    ['rotate=3:4', `can't be read`],
    ['rotate=200', "rotate's degrees is 200; it must be a number from 0 to 180"],
    ['crop=0.1..0.2..0.3', `can't be read. Write crop=AREA:RATIO`],
    ['crop=2', "crop's area"],
    ['trivialAugment=3', `Write trivialAugment`],
    ['color=x', "color's brightness is NaN"],
    ['flip=0.5=0.5', `can't be read`],
  ])('refuses %s', (text, message) => {
    expect(() => parseAugmentations(text)).toThrow(message);
  });
});

it('at most 50 augmentations are a recipe’s', () => {
  expect(augmentationsSchema.safeParse(Array(51).fill(augmentation('flip'))).success).toBe(false);
});
