import { readFileSync } from 'node:fs';
import { disposeTensors, disposeVariables } from '@resnetjs/core';
import { createRecipe, sgd } from '@resnetjs/recipe';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { byteSource } from '../byte-source.js';
import { decodeCheckpoint } from '../checkpoint/decode-checkpoint.js';
import { decodeClassifier } from './decode-classifier.js';
import { fromVersion2 } from './format-2.js';

// test-data/README.md says what these files are, and which commit wrote them.
const fileOf = (name: string) => readFileSync(new URL(`../../test-data/${name}`, import.meta.url));
const recipe = createRecipe({
  epochs: 3,
  batchSize: 16,
  seed: 5,
  schedule: 'cosine',
  optimizer: sgd(),
  groups: [{ match: { op: 'conv', role: 'kernel' }, l2: 1e-3 }],
});

beforeAll(() => tf.setBackend('cpu'));

describe('files of format version 2', () => {
  it('have their penalties in the recipe: a model', async () => {
    const { training, network, variables } = await decodeClassifier(fileOf('model-2.safetensors'));
    expect(training?.recipe).toEqual(recipe);
    expect(training).toMatchObject({ epochs: 3, steps: 15, backend: 'wasm' });
    expect(JSON.stringify(network)).not.toContain('l2');
    disposeVariables(variables);
  });

  it('have their penalties in the recipe: a checkpoint', async () => {
    const { classifier, state } = await decodeCheckpoint(byteSource(fileOf('checkpoint-2.safetensors')));
    expect(state.progress).toMatchObject({ recipe, epoch: 1, step: 5, data: { images: 72 } });
    expect(Object.keys(state.optimizer.slots)).toEqual(['velocity']);
    disposeVariables(classifier.variables);
    for (const slot of Object.values(state.optimizer.slots)) disposeTensors(slot);
  });
});

const conv = (l2: number) => ({ op: 'conv', filters: 4, l2 });
const dense = (l2: number) => ({ op: 'dense', units: 4, l2 });
const upgraded = (parts: object) => {
  const network = { stem: [], stages: [], head: [], ...parts };
  const progress = { epoch: 1, recipe: { epochs: 2, data: 'a', validation: null } };
  return fromVersion2({ network, progress }) as { network: object; progress: { recipe: { groups: object } } };
};

describe('penalties of version 2 become parameter groups', () => {
  it.each<[string, object, object]>([
    ['none', { stem: [conv(0)], head: [dense(0)] }, []],
    [
      'one for all convolutions',
      { stem: [conv(0.5)], stages: [[{ branch: [conv(0.5)], shortcut: null }]], head: [dense(0)] },
      [{ match: { op: 'conv', role: 'kernel' }, l2: 0.5 }],
    ],
    [
      'one for each layer where they differ',
      {
        stem: [{ op: 'pad' }, conv(0.5)],
        stages: [[], [{ preact: [], branch: [{ op: 'norm' }, conv(0.25)], shortcut: [conv(0)] }]],
        head: [dense(0.125)],
      },
      [
        { match: { id: 'stem.1.kernel' }, l2: 0.5 },
        { match: { id: 'stage1.block0.branch.1.kernel' }, l2: 0.25 },
        { match: { id: 'head.0.kernel' }, l2: 0.125 },
      ],
    ],
  ])('%s', (_name, parts, groups) => {
    const { network, progress } = upgraded(parts);
    expect(progress).toMatchObject({ recipe: { epochs: 2, groups }, data: 'a', validation: null });
    expect(progress.recipe.groups).toEqual(groups);
    expect(JSON.stringify(network)).not.toContain('l2');
  });
});
