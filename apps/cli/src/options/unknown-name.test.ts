import { ResNetError } from '@resnetjs/core';
import { describe, expect, it } from 'vitest';
import { networkNames } from './network-options.js';
import { similarNames } from './similar-names.js';
import { unknownName } from './unknown-name.js';

describe('an unknown name', () => {
  it.each([
    ['resnet5', /Did you mean course\/resnet50 or preact\/resnet\?/],
    ['Course/ResNet-50', /Did you mean course\/resnet50\?/],
    ['preact-resnet', /Did you mean preact\/resnet\?/],
    ['course', /Did you mean course\/resnet50\?/],
    ['vgg', /^There is no network "vgg"\. Available: course\/resnet50, preact\/resnet\.$/],
  ])('%s is answered with the most similar ones', (name, message) => {
    expect(() => unknownName('network', name, networkNames)).toThrow(message);
    expect(() => unknownName('network', name, networkNames)).toThrow(ResNetError);
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
