import { adam, augmentation, createRecipe, mixing, type Recipe, sgd } from '@resnetjs/recipe';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { plainRecipe, recipeOf } from './recipe-of.js';
import { addRecipeOptions } from './recipe-options.js';

/** The recipe of these options, as the command line parses them. */
function recipe(text: string, before?: Recipe): Recipe {
  const command = new Command('train').exitOverride().configureOutput({ writeErr: () => {} });
  addRecipeOptions(command);
  command.parse(text.split(' ').filter(Boolean), { from: 'user' });
  return recipeOf(command.opts(), before);
}

const decay = (number: number) => [{ match: { role: 'kernel' }, decay: number }];
const trained = createRecipe({
  ...{ epochs: 30, batchSize: 64, seed: 7, warmup: 2, labelSmoothing: 0.1, averaging: 0.99, patience: 5 },
  ...{ accumulate: 2, clipNorm: 1, classWeights: 'balanced', sampling: 'balanced', onNonFinite: 'rollback' },
  augment: [augmentation('flip')],
  mixing: mixing({ cutmix: 1, probability: 0.5 }),
  optimizer: sgd({ learningRate: 0.1, nesterov: true }),
  schedule: { kind: 'step', epochs: [10, 20], factor: 0.2 },
  groups: [
    { match: { id: 'stem.*' }, frozen: true },
    { match: { role: 'kernel' }, decay: 5e-4 },
  ],
});

describe('a recipe', () => {
  it('without options is what it was before there were others', () => {
    expect(recipe('')).toEqual(createRecipe({ epochs: 5 }));
    expect(recipe('', trained)).toEqual(trained);
  });

  it.each<[string, Partial<Recipe>]>([
    ['--epochs 3 --batch-size 8 --seed 2', { epochs: 3, batchSize: 8, seed: 2 }],
    ['--optimizer sgd --momentum 0.5 --nesterov', { optimizer: sgd({ momentum: 0.5, nesterov: true }) }],
    ['--optimizer adamw', { groups: decay(0.01) as Recipe['groups'] }],
    ['--optimizer adamw --weight-decay 0.1', { groups: decay(0.1) as Recipe['groups'] }],
    [
      '--l2 1e-4 --learning-rate 0.01',
      {
        optimizer: adam({ learningRate: 0.01 }),
        groups: [{ match: { op: 'conv', role: 'kernel' }, l2: 1e-4 }],
      },
    ],
    ['--schedule cosine --warmup 0.5', { schedule: 'cosine', warmup: 0.5 }],
    ['--schedule step', { schedule: { kind: 'step', epochs: [3, 4], factor: 0.1 } }],
    ['--schedule step --epochs 1', { epochs: 1, schedule: { kind: 'step', epochs: [1], factor: 0.1 } }],
    [
      '--schedule step --milestones 2,3 --schedule-factor 0.5',
      { schedule: { kind: 'step', epochs: [2, 3], factor: 0.5 } },
    ],
    ['--schedule plateau --schedule-patience 2', { schedule: { kind: 'plateau', patience: 2, factor: 0.1 } }],
    ['--schedule one-cycle', { schedule: { kind: 'oneCycle', rise: 0.3, start: 0.04, end: 4e-6 } }],
    [
      '--accumulate 4 --clip-norm 1 --averaging 0.999 --label-smoothing 0.1 --patience 3',
      { accumulate: 4, clipNorm: 1, averaging: 0.999, labelSmoothing: 0.1, patience: 3 },
    ],
    ['--class-weights 1,2.5 --sampling balanced', { classWeights: [1, 2.5], sampling: 'balanced' }],
    [
      '--augment flip,rotate=10 --mixup 0.2',
      {
        augment: [augmentation('flip'), augmentation('rotate', { degrees: 10 })],
        mixing: mixing({ mixup: 0.2 }),
      },
    ],
    ['--class-weights balanced --on-nan rollback', { classWeights: 'balanced', onNonFinite: 'rollback' }],
    ['--bn-statistics running', { statistics: 'running' }],
  ])('%s', (text, expected) => {
    expect(recipe(text)).toEqual({ ...plainRecipe, ...expected });
  });

  it.each<[string, Partial<Recipe>]>([
    ['--epochs 40 --batch-size 16', { epochs: 40, batchSize: 16 }],
    ['--learning-rate 0.2 --no-nesterov', { optimizer: sgd({ learningRate: 0.2, nesterov: false }) }],
    ['--schedule-factor 0.5', { schedule: { kind: 'step', epochs: [10, 20], factor: 0.5 } }],
    ['--weight-decay 1e-3', { groups: [trained.groups[0]!, { match: { role: 'kernel' }, decay: 1e-3 }] }],
    ['--weight-decay 0', { groups: [trained.groups[0]!] }],
    ['--optimizer adam', { optimizer: adam(), groups: [trained.groups[0]!] }],
    ['--optimizer adamw', { optimizer: adam(), groups: [trained.groups[0]!, ...decay(0.01)] as never }],
    ['--optimizer sgd', {}],
    ['--mixup 0.4', { mixing: mixing({ mixup: 0.4, cutmix: 1, probability: 0.5 }) }],
    ['--augment gray', { augment: [augmentation('gray')] }],
  ])('of another training is changed by %s', (text, expected) => {
    expect(recipe(text, trained)).toEqual({ ...trained, ...expected });
  });

  it('loses what is switched off', () => {
    const off =
      '--warmup 0 --accumulate 1 --clip-norm 0 --averaging 0 --label-smoothing 0 --patience 0 ' +
      '--augment none --cutmix 0 --class-weights none --sampling shuffle --on-nan stop --schedule constant --weight-decay 0';
    const { epochs, batchSize, seed, optimizer } = trained;
    const groups = trained.groups.slice(0, 1);
    expect(recipe(off, trained)).toEqual(createRecipe({ epochs, batchSize, seed, optimizer, groups }));
  });

  it('has no warm-up before a cycle, which has its own', () => {
    expect(recipe('--schedule one-cycle', trained)).not.toHaveProperty('warmup');
  });

  it.each([
    ['--momentum 0.9', '--momentum is for --optimizer sgd; adam takes none.'],
    ['--nesterov', '--nesterov is for --optimizer sgd'],
    ['--milestones 3', '--milestones is for --schedule step.'],
    ['--schedule plateau --milestones 3', '--milestones is for --schedule step.'],
    ['--schedule cosine --schedule-factor 0.1', '--schedule-factor is for --schedule step or plateau.'],
    ['--schedule step --schedule-patience 3', '--schedule-patience is for --schedule plateau.'],
    ['--schedule step --milestones 3,2', 'in ascending order'],
    ['--schedule one-cycle --warmup 1', 'begins with a warm-up of its own'],
    ['--epochs 2 --warmup 2', 'leaves none of the 2 epochs'],
    ['--averaging 0.9 --bn-statistics running', 'Averaged weights'],
    ['--class-weights 1,-2', 'It must be none, balanced, or a number of at least 0 for each class'],
    ['--augment flips', 'There is no augmentation "flips"'],
    ['--mixup 5', 'It must be more than 0 and at most 4, or 0 for none'],
    ['--label-smoothing 1', 'It must be at least 0 and less than 1'],
  ])('refuses %s', (text, message) => {
    expect(() => recipe(text)).toThrow(message);
  });
});
