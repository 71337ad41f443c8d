import { expect, it } from 'vitest';
import { belowRoot } from './class-folders.js';

it.each([
  ['a folder of classes', 'own/red/1 own/blue/2 own/cover', 'red/1 blue/2 cover'],
  ['a class', 'red/1 red/2', 'red/1 red/2'],
  ['a class with a folder in it', 'red/1 red/session2/2', 'red/1 red/session2/2'],
  ['several classes', 'red/1 blue/s/2', 'red/1 blue/s/2'],
  ['a split', 'own/train/red/1 own/test/red/2', 'train/red/1 test/red/2'],
  ['the parts of a split', 'train/red/1 test/red/2', 'train/red/1 test/red/2'],
  ['a file', '1', '1'],
])('paths are below the folder that holds the classes: %s', (_, given, below) => {
  const found = given.split(' ').map((path) => ({ path, kind: 'image', file: null }));
  expect(
    belowRoot(found)
      .files.map(({ path }) => path)
      .join(' '),
  ).toBe(below);
});
