import { ResNetError } from '@resnetjs/core';
import { describe, expect, it } from 'vitest';
import { networkNames } from './network-options.js';
import { similarNames } from './similar-names.js';
import { unknownName } from './unknown-name.js';

describe('an unknown name', () => {
  it.each([
    ['resnet-50', /Did you mean resnet50\? /],
    ['ResNet50', /Did you mean resnet50\? /],
    ['resnext50', /Did you mean resnext50_32x4d\? /],
    ['resnext101', /Did you mean resnext101_32x8d or resnext101_64x4d\? /],
    ['se_resnet50', /Did you mean seresnet50\? /],
    ['resnet20', /Did you mean cifar\/resnet20\? /],
    ['cifar/resnet21', /Did you mean cifar\/resnet20\? /],
    ['resnet50v2', /Did you mean keras\/resnet50v2\? /],
    ['wrn28', /Did you mean cifar\/wrn28_10\? /],
    ['Course/ResNet-50', /Did you mean course\/resnet50\? /],
    ['preact-resnet', /Did you mean preact\/resnet\?/],
    ['course', /Did you mean course\/resnet50\?/],
    ['vgg', /^There is no network "vgg"\. All names: resnet networks\.$/],
  ])('%s is answered with the most similar ones', (name, message) => {
    const lister = 'resnet networks';
    expect(() => unknownName('network', name, networkNames, { lister })).toThrow(message);
    expect(() => unknownName('network', name, networkNames, { lister })).toThrow(ResNetError);
  });

  it('is answered with all of a few names', () => {
    expect(() => unknownName('backend', 'x', ['wasm', 'cpu'], { lister: 'resnet backends' })).toThrow(
      'There is no backend "x". Available: wasm, cpu.',
    );
  });
});

it.each([
  ['gpu', ['wasm', 'cpu'], []], // another name, and no misspelling
  ['count', ['out', 'keep'], []],
  ['cpuu', ['wasm', 'cpu'], ['cpu']],
  ['wsam', ['wasm', 'cpu'], ['wasm']],
  ['val', ['validation', 'data'], ['validation']],
  ['v', ['validation', 'data'], []],
])('%s among %j may be %j', (name, known, near) => {
  expect(similarNames(name, known)).toEqual(near);
});
