import { parameters, preactResNet } from '@resnetjs/core/network';
import { expect, it } from 'vitest';
import { learnedWeights, type ParameterMatch, parameterSettings } from './parameter-groups.js';

const network = preactResNet({ blocks: 2, finalConv: true });
const weights = parameters(network).filter(({ trainable }) => trainable);
const matched = (match: ParameterMatch) =>
  [...parameterSettings(network, [{ match, frozen: true }])]
    .filter(([, { frozen }]) => frozen)
    .map(([id]) => id);

it('are for every weight, in order, and unset without groups', () => {
  const settings = parameterSettings(network, []);
  expect([...settings.keys()]).toEqual(weights.map(({ id }) => id));
  for (const each of settings.values())
    expect(each).toEqual({ learningRateFactor: 1, l2: 0, decay: 0, frozen: false });
});

it("express the pre-activation document's reg: a penalty on the kernel of every convolution", () => {
  const settings = parameterSettings(network, [{ match: { op: 'conv', role: 'kernel' }, l2: 1e-4 }]);
  for (const { id, role, shape } of weights) {
    expect(settings.get(id)?.l2, id).toBe(role === 'kernel' && shape.length === 4 ? 1e-4 : 0);
  }
  expect([...settings.values()].filter(({ l2 }) => l2 > 0)).toHaveLength(8);
});

it.each<[ParameterMatch, readonly string[]]>([
  [{ id: 'stem.0.kernel' }, ['stem.0.kernel']],
  [{ id: 'head.*' }, weights.map(({ id }) => id).filter((id) => id.startsWith('head.'))],
  [{ id: '*.bias' }, weights.map(({ id }) => id).filter((id) => id.endsWith('.bias'))],
  [
    { id: 'stage1.*.branch.*.kernel' },
    ['stage1.block0.branch.0.kernel', 'stage1.block0.branch.3.kernel', 'stage1.block0.branch.6.kernel'],
  ],
  [
    { id: 'stage1*', op: 'norm', role: 'scale' },
    ['stage1.block0.preact.0.scale', 'stage1.block0.branch.1.scale', 'stage1.block0.branch.4.scale'],
  ],
  [{ op: 'dense' }, weights.slice(-2).map(({ id }) => id)],
  [{}, weights.map(({ id }) => id)],
])('match %j', (match, ids) => {
  expect(ids.length).toBeGreaterThan(0);
  expect(matched(match)).toEqual(ids);
});

it('takes each setting from the last group that gives it', () => {
  const settings = parameterSettings(network, [
    { match: {}, frozen: true, learningRateFactor: 0.1 },
    { match: { op: 'dense' }, frozen: false },
    { match: { role: 'kernel' }, l2: 1e-3 },
  ]);
  expect(settings.get('stem.0.kernel')).toEqual({
    frozen: true,
    learningRateFactor: 0.1,
    l2: 1e-3,
    decay: 0,
  });
  expect(settings.get('stem.1.scale')).toEqual({ frozen: true, learningRateFactor: 0.1, l2: 0, decay: 0 });
  expect([...learnedWeights(settings)]).toEqual(weights.slice(-2).map(({ id }) => id));
});

it.each<ParameterMatch>([
  { id: 'stem' },
  { id: 'stem.*.*.*' },
  { id: 'stage9.*' },
  { op: 'dense', role: 'scale' },
  { id: 'stem.0.kernelkernel' },
  { id: 'stem.0.ker*rnel' },
])('refuses a group that matches nothing: %j', (match) => {
  expect(() => matched(match)).toThrow(
    /matches no weight of preact\/resnet, whose weights are stem\.0\.kernel to head/,
  );
});
