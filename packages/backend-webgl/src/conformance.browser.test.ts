import { conformanceTests } from '@resnetjs/parity';
import { beforeAll, expect, it } from 'vitest';
import { register } from './index.js';

beforeAll(() => register());

it.each(conformanceTests)('$name', async ({ run }) => {
  expect(await run()).toEqual([]);
});
