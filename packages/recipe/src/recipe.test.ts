import { expect, it } from 'vitest';
import { createRecipe, defaultRecipe, recipeSchema } from './recipe.js';
import { adam, sgd } from './optimizer.js';

it('a recipe is the default one with what is asked for', () => {
  expect(createRecipe()).toEqual(defaultRecipe);
  expect(createRecipe({ epochs: 3, seed: undefined as unknown as number })).toEqual({
    ...defaultRecipe,
    epochs: 3,
  });
});

it.each([
  createRecipe(),
  createRecipe({ optimizer: sgd({ momentum: 0 }), schedule: 'cosine', statistics: 'running' }),
  createRecipe({
    optimizer: adam({ epsilon: 1e-3 }),
    groups: [
      { match: {}, frozen: true },
      { match: { id: 'head.*', op: 'dense', role: 'bias' }, learningRateFactor: 10, l2: 1e-4, frozen: false },
    ],
  }),
  createRecipe({
    ...{ warmup: 0.5, accumulate: 4, clipNorm: 1, averaging: 0.99, labelSmoothing: 0.1, patience: 3 },
    ...{ classWeights: [1, 2], sampling: 'balanced', onNonFinite: 'rollback' },
    schedule: { kind: 'step', epochs: [1, 3], factor: 0.1 },
    optimizer: sgd({ nesterov: true }),
    groups: [{ match: { role: 'kernel' }, decay: 0.05 }],
  }),
  createRecipe({
    classWeights: 'balanced',
    schedule: { kind: 'oneCycle', rise: 0.3, start: 0.04, end: 4e-6 },
  }),
])('survives JSON: %j', (recipe) => {
  expect(recipeSchema.parse(JSON.parse(JSON.stringify(recipe)))).toEqual(recipe);
});

it.each([
  [{ epochs: 1.5 }, 'epochs is 1.5; it must be a whole number of at least 1.'],
  [{ batchSize: 100_000 }, 'batchSize is 100000; it must be at most 65536.'],
  [{ seed: -1 }, 'seed is -1; it must be a whole number of at least 0.'],
  [
    { schedule: 'linear' },
    `schedule is "linear"; it must be 'constant', 'cosine', or a schedule with settings: step, oneCycle, plateau.`,
  ],
  [
    { schedule: { kind: 'step', epochs: [3, 2], factor: 0.1 } },
    'schedule.epochs is [3,2]; it must be whole numbers of at least 1, in ascending order.',
  ],
  [{ schedule: { kind: 'plateau', patience: 0, factor: 0.1 } }, 'schedule.patience is 0; it must be a whole'],
  [{ classWeights: [1, -1] }, 'classWeights.1 is -1; it must be a number of at least 0.'],
  [{ averaging: 0.9, statistics: 'running' }, 'Averaged weights (averaging) need statistics of their own'],
  [
    { warmup: 1, schedule: { kind: 'oneCycle', rise: 0.3, start: 0.04, end: 4e-6 } },
    'The one-cycle schedule begins with a warm-up of its own',
  ],
  [{ epochs: 2, warmup: 2 }, 'A warm-up of 2 epochs leaves none of the 2 epochs to the schedule'],
  [{ optimizer: { ...adam(), beta2: 1 } }, 'optimizer.beta2 is 1; it must be at least 0 and less than 1.'],
  [{ groups: [{ match: {}, l2: Number.NaN }] }, 'groups.0.l2 is NaN; it must be a number of at least 0.'],
  [{ batchsize: 3 }, 'batchsize is not known. Check its spelling.'],
  [{ groups: [{ match: { layer: 'x' } }] }, 'groups.0.match.layer is not known. Check its spelling.'],
])('refuses %j', (options, message) => {
  expect(() => createRecipe(options as never)).toThrow(message);
});
