import { describe, expect, it } from 'vitest';
import { bar, duration, figure, percent, plural, shown, size, table } from './format.js';

describe('formatted numbers', () => {
  it('are as long as they need to be', () => {
    expect([0, 0.9567, 1, Number.NaN].map(percent)).toEqual(['0.0%', '95.7%', '100.0%', '–']);
    expect([0.12345, 12.345, 123456, Number.NaN].map(figure)).toEqual(['0.1235', '12.35', '1.23e+5', '–']);
    expect([0, 59.4, 59.6, 185, 3599.7, 7620].map(duration)).toEqual([
      '0 s',
      '59 s',
      '1 min 00 s',
      '3 min 05 s',
      '1 h 00 min',
      '2 h 07 min',
    ]);
    expect([12, 399_000, 94_400_000].map(size)).toEqual(['12 bytes', '399 kB', '94.4 MB']);
    expect([plural(1, 'epoch'), plural(1200, 'step')]).toEqual(['1 epoch', '1,200 steps']);
  });

  it('become bars', () => {
    expect([0, 0.5, 1, 2].map((share) => bar(share, 4))).toEqual(['░░░░', '██░░', '████', '████']);
  });

  it('are aligned, also beside wide letters', () => {
    expect(
      table([
        ['class', 'correct'],
        ['蓝', '7'],
        ['rose', '100'],
      ]),
    ).toBe(['class  correct', '蓝           7', 'rose       100'].join('\n'));
  });
});

describe('a text from a file', () => {
  it('cannot move the cursor', () => {
    expect(shown('a\u001b[2Jb\nc\u202ed')).toBe('a�[2Jb�c�d');
  });

  it('is cut if it is too long', () => {
    expect(shown('abcdef', 4)).toBe('abc…');
    expect(shown('蓝蓝蓝', 4)).toBe('蓝…');
  });
});
