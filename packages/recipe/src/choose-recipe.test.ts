import { expect, it } from 'vitest';
import { chooseRecipe, type ImagesToLearn } from './choose-recipe.js';

const chosen = (images: number, more: Partial<ImagesToLearn> = {}) =>
  chooseRecipe({ images, sides: [128, 100, 300], ...more });

it.each<[number, Partial<ImagesToLearn>, string, number, number]>([
  [500, {}, 'cifar/resnet20', 32, 30],
  [20, {}, 'cifar/resnet20', 32, 60],
  [5000, {}, 'resnet18', 64, 10],
  [50_000, {}, 'resnet18', 128, 10],
  [50_000, { sides: [90] }, 'resnet18', 90, 10],
  [50_000, { sides: [32] }, 'cifar/resnet20', 32, 10],
  [50_000, { sides: [8] }, 'cifar/resnet20', 32, 10],
  [500, { sides: [] }, 'cifar/resnet20', 32, 30],
  [500, { imageSize: 64, epochs: 7 }, 'cifar/resnet20', 64, 7],
])('for %d images, %j: %s at %d pixels for %d epochs', (images, more, network, imageSize, epochs) => {
  expect(chosen(images, more)).toMatchObject({ network, imageSize, recipe: { epochs } });
});

it('has larger batches for many small images', () => {
  expect(chosen(500).recipe.batchSize).toBe(8);
  expect(chosen(50_000, { sides: [32] }).recipe.batchSize).toBe(32);
});

it('holds images out unless there are others', () => {
  expect(chosen(500).validationSplit).toBe(0.2);
  const { validationSplit, reasons } = chosen(500, { validationSplit: null });
  expect(validationSplit).toBeNull();
  expect(reasons.some(({ why }) => why.includes('validation'))).toBe(false);
  const half = chosen(500, { validationSplit: 0.5 });
  expect(half.recipe.epochs).toBe(38);
  expect(half.reasons.map(({ why }) => why).join()).toMatch(/250 make 9500 in all/);
});

it('has a recipe that holds together, however few epochs and images there are', () => {
  for (const epochs of [1, 2, 4, 5, 100]) {
    for (const images of [2, 30, 1e6]) {
      const { recipe } = chosen(images, { epochs, seed: 3 });
      expect(recipe.seed).toBe(3);
      expect(recipe.warmup ?? 0).toBeLessThan(epochs);
      expect(recipe.averaging).toBeGreaterThanOrEqual(0.9);
      expect(recipe.averaging).toBeLessThanOrEqual(0.999);
    }
  }
});

it('says what it chose, and not what it was given', () => {
  const what = (more?: Partial<ImagesToLearn>) => chosen(500, more).reasons.map((reason) => reason.what);
  expect(what()).toEqual(expect.arrayContaining(['cifar/resnet20', '32×32 pixels', '30 epochs']));
  expect(what({ imageSize: 64, epochs: 3 }).join()).not.toMatch(/pixels|epochs/);
  expect(what({ sides: [] }).join()).not.toMatch(/pixels/); // nothing is known of them
});
