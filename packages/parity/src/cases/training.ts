import { courseResNet50, preactResNet } from '@resnetjs/core';
import { adam, sgd } from '@resnetjs/recipe';
import type { LossCase, TrajectoryCase, UpdateCase } from './case.js';
import { withWidth } from './with-width.js';

const update = { kind: 'update', group: 'update', level: 'quick', l2: 0, decay: 0 } as const;

/** Optimizers and losses. */
export const updateCases: readonly (UpdateCase | LossCase)[] = [
  { ...update, name: 'Adam, 1e-3', optimizer: adam(), seed: 1 },
  {
    ...update,
    name: 'Adam, 1.5e-4, with an L2 penalty',
    optimizer: adam({ learningRate: 1.5e-4 }),
    l2: 1e-2,
    seed: 2,
  },
  { ...update, name: 'SGD, momentum 0.9', optimizer: sgd(), seed: 3 },
  {
    ...update,
    name: 'SGD without momentum, with an L2 penalty',
    optimizer: sgd({ momentum: 0 }),
    l2: 1e-2,
    seed: 4,
  },
  { ...update, name: 'AdamW, decay 0.05', optimizer: adam(), decay: 0.05, seed: 5 },
  {
    ...update,
    name: 'SGD, Nesterov, decay 5e-3',
    optimizer: sgd({ learningRate: 0.1, nesterov: true }),
    decay: 5e-3,
    seed: 6,
  },
  ...(
    [
      [16, 6, 1],
      [3, 1000, 1],
      [5, 6, 40],
      [16, 6, 1, 'soft'],
      [5, 1000, 20, 'soft'],
    ] as const
  ).map(
    ([batch, classes, scale, soft], index): LossCase => ({
      kind: 'loss',
      group: 'update',
      level: 'quick',
      name: `softmax cross-entropy of ${batch}×${classes} logits, std ${scale}${soft ? ', against soft targets' : ''}`,
      soft: soft !== undefined,
      batch,
      classes,
      scale,
      seed: 10 + index,
    }),
  ),
];

const optimizer = adam({ learningRate: 1.5e-4 });
const trajectory = { kind: 'trajectory', group: 'trajectory', optimizer, groups: [], seed: 0 } as const;
const narrow = withWidth(preactResNet({ input: [8, 8, 3], classes: 6, blocks: 3 }), 1 / 4);
const small = withWidth(courseResNet50({ input: [64, 64, 3] }), 1 / 16);

/** Several training steps in a row. */
export const trajectoryCases: readonly TrajectoryCase[] = [
  {
    ...trajectory,
    level: 'quick',
    name: `${small.name}, 64², batch 4, Adam 1.5e-4, 3 steps, each from the float64 state`,
    network: small,
    batch: 4,
    steps: 3,
    forced: true,
  },
  {
    ...trajectory,
    level: 'quick',
    name: `${narrow.name}, 8², batch 4: the first blocks frozen, an L2 penalty, the last layer ×10, 3 steps`,
    network: narrow,
    seed: 11, // of the first 40, the one whose ReLUs stay farthest from 0
    groups: [
      { match: { op: 'conv', role: 'kernel' }, l2: 1e-3 },
      { match: { id: 'stem.*' }, frozen: true },
      { match: { id: 'stage0.*' }, frozen: true },
      { match: { op: 'dense' }, learningRateFactor: 10 },
    ],
    batch: 4,
    steps: 3,
    forced: true,
  },
  {
    ...trajectory,
    level: 'full',
    name: `${small.name}, 64², batch 4, Adam 1.5e-4, 20 steps, each from the float64 state`,
    network: small,
    batch: 4,
    steps: 20,
    forced: true,
  },
  {
    ...trajectory,
    level: 'full',
    name: 'preact/resnet, 32², batch 16, Adam 1.5e-4, 20 free steps',
    network: preactResNet({ classes: 6 }),
    batch: 16,
    steps: 20,
    forced: false,
  },
];
