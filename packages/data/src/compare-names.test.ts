import { expect, it } from 'vitest';
import { compareNames } from './compare-names.js';

it('names are ordered by code points, as Python orders them', () => {
  // python3 -c "print(sorted([…]))"
  const sorted = [
    '',
    '10',
    '2',
    'B',
    'Z',
    'a',
    'a-b',
    'a/b',
    'ab',
    'É',
    'é',
    '\uff21',
    '\ufffd',
    '😀',
    '😀a',
  ];
  expect([...sorted].reverse().sort(compareNames)).toEqual(sorted);
  expect([...sorted].sort()).not.toEqual(sorted); // by UTF-16 code units
});
