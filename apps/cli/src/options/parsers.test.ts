import { parameterGroupSchema, recipeSchema, sgdSchema } from '@resnetjs/recipe';
import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { byteCount, fraction, inputShape, integer, numberOf } from './parsers.js';

const positiveNumber = numberOf(sgdSchema.shape.learningRate);
const nonNegativeNumber = numberOf(parameterGroupSchema.shape.l2);
const fractionOrZero = numberOf(sgdSchema.shape.momentum);

describe('option values', () => {
  it('are numbers as people write them', () => {
    expect(integer(1)('20')).toBe(20);
    expect(integer(0)('1e3')).toBe(1000);
    expect(positiveNumber('1.5e-4')).toBe(1.5e-4);
    expect(positiveNumber('.1')).toBe(0.1);
    expect(nonNegativeNumber('0')).toBe(0);
    expect(fractionOrZero('0')).toBe(0);
    expect(fraction('0.2')).toBe(0.2);
    expect(inputShape('64, 32,3')).toEqual([64, 32, 3]);
  });

  it.each([
    [
      integer(1),
      ['', ' ', '0', '-1', '1.5', 'NaN', 'Infinity', '0x10', '1_000', '10 images', '9007199254740993'],
    ],
    [integer(1, 8), ['9']],
    [numberOf(recipeSchema.shape.epochs), ['', '0', '1.5', '-1', 'NaN', '9007199254740993']],
    [numberOf(recipeSchema.shape.batchSize), ['0', '65537']],
    [positiveNumber, ['', '0', '-1', 'NaN', 'Infinity', '1e999', 'fast']],
    [nonNegativeNumber, ['-0.1', 'NaN', '']],
    [fractionOrZero, ['1', '-0.1', 'NaN']],
    [fraction, ['0', '1', 'NaN', '20%']],
    [inputShape, ['64,64', '64,64,3,1', '64x64x3', '64,64,', '0,64,3', '64,64,1.5', '99999,64,3']],
  ])('are rejected where they make no sense: %s', (parse: (text: string) => unknown, texts: string[]) => {
    for (const text of texts) expect(() => parse(text), JSON.stringify(text)).toThrow(InvalidArgumentError);
  });
});

describe('a number of bytes', () => {
  it.each([
    ['2GB', 2e9],
    ['1.5gib', 1.5 * 2 ** 30],
    ['300 MB', 3e8],
    ['4096', 4096],
    ['0', 0],
  ])('%s', (text, bytes) => expect(byteCount(text)).toBe(bytes));

  it.each(['', 'many', '2TB', '-1', '1.2.3MB', 'GB', '1e3'])('is not %j', (text) => {
    expect(() => byteCount(text)).toThrow('It must be a number of bytes, such as 500MB');
  });
});
