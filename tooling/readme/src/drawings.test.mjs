import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { drawings, folder } from './drawings.mjs';

it.each(Object.entries(drawings))(
  'docs/drawings/%s is what the code draws (npm run drawings)',
  (file, svg) => {
    expect(readFileSync(new URL(file, folder), 'utf8')).toBe(svg);
  },
);

it('holds no other drawing', () => {
  expect(readdirSync(folder).sort()).toEqual(Object.keys(drawings).sort());
});
