import { expect, it } from 'vitest';
import { columnsOf, wrapped } from './wrapped.js';

it('breaks a text between words, and none in a pipe', () => {
  const text = 'not available: runs in browsers';
  expect(wrapped(text, { columns: 20, indent: 2 })).toBe('  not available:\n  runs in browsers');
  expect(wrapped('averylongword and more', { columns: 8 })).toBe('averylongword\nand more');
  expect(wrapped(text, { columns: Number.POSITIVE_INFINITY })).toBe(text);
});

it('a terminal has so many columns, and a pipe no end', () => {
  expect(columnsOf({ isTTY: true, columns: 40 } as NodeJS.WriteStream)).toBe(40);
  expect(columnsOf({ isTTY: true, columns: 0 } as NodeJS.WriteStream)).toBe(80);
  expect(columnsOf({ columns: 40 } as NodeJS.WriteStream)).toBe(Number.POSITIVE_INFINITY);
});
