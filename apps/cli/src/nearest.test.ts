import { ResNetError } from '@resnetjs/core';
import { describe, expect, it } from 'vitest';
import { unknownName } from './nearest.js';
import { networkNames } from './network-options.js';

describe('an unknown name', () => {
  it.each([
    ['resnet5', /Did you mean resnet50\?/],
    ['ResNet-50', /Did you mean resnet50\?/],
    ['resnetpreact', /Did you mean resnetPreAct\?/],
    ['resnet-pre-act', /Did you mean resnetPreAct\?/],
    ['vgg', /^There is no network "vgg"\. There are resnet50, resnetPreAct\.$/],
  ])('%s is answered with the nearest', (name, message) => {
    expect(() => unknownName('network', name, networkNames)).toThrow(message);
    expect(() => unknownName('network', name, networkNames)).toThrow(ResNetError);
  });
});
