import { expect, it } from 'vitest';
import { StorageBlocked } from '../storage/database.js';
import { asProblem, PageError } from './problem.js';

it.each([
  [new PageError('busy', 'A training is already running.'), 'busy'],
  [new StorageBlocked('denied'), 'storage-blocked'],
  [new DOMException('full', 'QuotaExceededError'), 'storage-full'],
  [new RangeError('Array buffer allocation failed'), 'out-of-memory'],
  [new TypeError('Failed to fetch dynamically imported module: https://host/assets/prove.js'), 'not-loaded'],
  [new TypeError('error loading dynamically imported module: https://host/assets/prove.js'), 'not-loaded'],
  [new TypeError('Importing a module script failed.'), 'not-loaded'],
  [new TypeError('x is undefined'), 'unexpected'],
])('%s has the code %s', (error, code) => {
  expect(asProblem(error)).toMatchObject({ code });
});
