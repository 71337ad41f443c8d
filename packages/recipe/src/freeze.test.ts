import { asNetwork, createNetwork, identityBlock, parameters } from '@resnetjs/core/network';
import { expect, it } from 'vitest';
import { freezeGroups, partGroups } from './freeze.js';
import { parameterSettings } from './parameter-groups.js';

/** Where the frozen weights stand, without repetition: `stem`, `stage0`, `head.1`. */
function frozen(parts: string, name: Parameters<typeof createNetwork>[0]): readonly string[] {
  const network = createNetwork(name);
  const settings = parameterSettings(network, freezeGroups(parts, network));
  const ids = [...settings].flatMap(([id, each]) => (each.frozen ? [id] : []));
  return [...new Set(ids.map((id) => /^(stem|stage\d+|head\.\d+)/.exec(id)?.[0] as string))];
}

it('counts stages as the network names them', () => {
  expect(frozen('stem,stage1..3', 'resnet18')).toEqual(['stem', 'stage0', 'stage1', 'stage2']);
  expect(frozen('layer1..2', 'resnet18')).toEqual(['stage0', 'stage1']);
  expect(frozen('stage2', 'cifar/resnet20')).toEqual(['stage1']);
  expect(frozen('stage5', 'course/resnet50')).toEqual(['stage3']);
  expect(frozen('conv4..5', 'keras/resnet50')).toEqual(['stage2', 'stage3']);
});

it('takes the stem for stage 1 where the network does', () => {
  expect(frozen('stage1..3', 'course/resnet50')).toEqual(['stem', 'stage0', 'stage1']);
  expect(frozen('stem..stage2', 'keras/resnet50')).toEqual(['stem', 'stage0']);
});

it('tells body and head apart at the last dense layer', () => {
  expect(frozen('head', 'keras/resnet50v2')).toEqual(['head.3']);
  expect(frozen('body', 'keras/resnet50v2')).toEqual([
    'stem',
    ...['stage0', 'stage1', 'stage2', 'stage3'],
    'head.0',
  ]);
  const network = createNetwork('preact/resnet');
  const all = parameterSettings(network, freezeGroups('body, head', network));
  expect([...all.values()].every((each) => each.frozen)).toBe(true);
});

it('takes blocks by their names', () => {
  const ids = (parts: string, name: Parameters<typeof createNetwork>[0]) =>
    freezeGroups(parts, createNetwork(name)).map(({ match }) => match.id);
  expect(ids('layer1.0,layer1.1', 'resnet18')).toEqual(['stage0.block0.*', 'stage0.block1.*']);
  expect(ids('block3a', 'course/resnet50')).toEqual(['stage1.block0.*']);
  expect(ids('conv2_block1', 'keras/resnet50')).toEqual(['stage0.block0.*']);
  expect(ids('stem,stem', 'resnet18')).toEqual(['stem.*']);
});

it('gives other settings, too', () => {
  const network = createNetwork('resnet18');
  const settings = parameterSettings(network, partGroups('body', network, { learningRateFactor: 0.1 }));
  for (const { id, trainable } of parameters(network)) {
    if (trainable) expect(settings.get(id)?.learningRateFactor, id).toBe(id.startsWith('head') ? 1 : 0.1);
  }
});

it.each(['stage5', 'stage0', 'stage3..1', 'stage1..', 'stage1..2..3', 'Stem', '', 'layer1.2', 'stem,'])(
  'refuses "%s" and says what there is',
  (parts) => {
    expect(() => freezeGroups(parts, createNetwork('resnet18'))).toThrow(
      /^resnet18 has no part ".*"\. It has stem, stage1, stage2, stage3, stage4, body, head, and blocks by their names, such as layer1\.0; head is/,
    );
  },
);

it('has no part without weights', () => {
  const network = asNetwork(identityBlock({ kernelSize: 3, filters: [2, 2, 4] }), [4, 4, 4]);
  expect(() => freezeGroups('stem', network)).toThrow(/has no part "stem"\. It has stage1, body, and/);
});
