import { prepareCase } from '@resnetjs/parity';
import { beforeAll, expect, it } from 'vitest';
import { register } from './index.js';
import { longCases } from './long-cases.test-support.js';

beforeAll(() => register());

it('are four', () => expect(longCases).toHaveLength(4));

it.each(longCases)('$name', async (each) => {
  const { failures } = await prepareCase(each)();
  expect(failures).toEqual([]);
});
