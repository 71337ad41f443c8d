import { describe, expect, it } from 'vitest';
import { duration, fileSize, large, milliseconds, percent } from './words.js';

describe('numbers in words', () => {
  it.each([
    [() => large(96_133), '96,133'],
    [() => large(23_600_006), '23.6 million'],
    [() => large(4_089_000_000), '4.09 billion'],
    [() => percent(0.9333, 1), '93.3 %'],
    [() => milliseconds(3.6), '3.6 ms'],
    [() => milliseconds(155.2), '155 ms'],
    [() => milliseconds(2100), '2.1 s'],
    [() => duration(59.6), '1 min 0 s'],
    [() => duration(3_725), '1 h 2 min'],
    [() => fileSize(283_000_000), '283.0 MB'],
  ])('%s', (word, expected) => {
    expect(word()).toBe(expected);
  });
});
