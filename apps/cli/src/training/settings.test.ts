import { createNetwork, RandomGenerator } from '@resnetjs/core';
import { createRecipe, type Recipe, type TrainingProgress } from '@resnetjs/recipe';
import { describe, expect, it } from 'vitest';
import { trainCommand } from '../commands/train.js';
import type { TrainCommandOptions } from '../options/command-options.js';
import { resumedOptions, settingsOf } from './settings.js';

const settings = {
  network: 'resnet50',
  ...{ data: 'synthetic:signs', epochs: 5, optimizer: 'adam', batchSize: 32, schedule: 'constant', seed: 0 },
  ...{ keep: 2, backend: 'wasm', interpolation: 'bilinear', fit: 'fill', onError: 'fail' },
  ...{ shortcuts: true, bnStatistics: 'precise' },
};

/** A checkpoint's progress, by this recipe. */
const progressOf = (recipe: Partial<Recipe>): TrainingProgress => ({
  ...{ epoch: 1, step: 1, position: 32, totals: { loss: 1, correct: 8, images: 32 }, history: [] },
  order: RandomGenerator.stateless(0).state(),
  recipe: createRecipe({ epochs: 5, ...recipe }),
  data: { images: 64, labels: '0' },
  validation: null,
});

const resumed = (
  own: Record<string, string | number | boolean>,
  network: Parameters<typeof createNetwork>[0],
) => {
  const preprocessing = {
    mean: [0, 0, 0],
    std: [255, 255, 255],
    interpolation: 'bilinear',
    fit: 'fill',
  } as const;
  const classifier = { network: createNetwork(network), classes: ['0', '1'], preprocessing };
  const saved = { settings: { ...settings, ...own }, classifier, progress: progressOf({}) };
  return resumedOptions(trainCommand(), saved, 'run').options;
};

describe('the options that a training resumes with', () => {
  it('tell the course’s network, which version 1 called resnet50, from torchvision’s', () => {
    expect(resumed({}, 'course/resnet50').network).toBe('course/resnet50');
    expect(resumed({}, 'resnet50').network).toBe('resnet50');
    expect(resumed({ network: 'resnetPreAct' }, 'preact/resnet').network).toBe('preact/resnet');
  });

  it('are those of the network that it began with', () => {
    const own = { outputStride: 16, dropout: 0.25, stochasticDepth: 0.1, zeroInitResidual: true };
    expect(resumed(own, 'resnet50')).toMatchObject(own);
    const ofCifar = { network: 'cifar/resnet20', shortcutOption: 'B' };
    expect(resumed(ofCifar, 'cifar/resnet20')).toMatchObject(ofCifar);
    expect(() => resumed({ outputStride: 4 }, 'resnet50')).toThrow(
      'a setting "outputStride" that this version',
    );
  });
});

it('a checkpoint keeps paths that are valid from every folder, and names on a hub as they are', () => {
  const { data, from } = settingsOf({ data: 'flowers', from: 'torchvision:resnet18' } as TrainCommandOptions);
  expect(data).toMatch(/^(\/|[A-Z]:).*flowers$/);
  expect(from).toBe('torchvision:resnet18');
});
