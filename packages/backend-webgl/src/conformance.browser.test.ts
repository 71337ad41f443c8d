import { prepareCase } from '@resnetjs/parity';
import { beforeAll, expect, it } from 'vitest';
import { register } from './index.js';
import { shortCases } from './long-cases.test-support.js';

beforeAll(() => register());

it.each(shortCases)('$name', async (each) => {
  const { failures } = await prepareCase(each)();
  expect(failures).toEqual([]);
});
