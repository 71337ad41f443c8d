import { ResNetError } from '@resnetjs/core';
import { describe, expect, it } from 'vitest';
import { adam, sgd } from './optimizer.js';

describe('options', () => {
  it.each([Number.NaN, 0, -1, Number.POSITIVE_INFINITY])('refuses a learning rate of %d', (learningRate) => {
    expect(() => adam({ learningRate })).toThrow(ResNetError);
    expect(() => adam({ learningRate })).toThrow(/learningRate is .*; it must be a positive number/);
  });

  it('refuses a momentum of 1', () => {
    expect(() => sgd({ momentum: 1 })).toThrow(/at least 0 and less than 1/);
  });
});
