import { parityCases, prepareCase } from '@resnetjs/parity';
import { beforeAll, expect, it } from 'vitest';
import { registerAgain } from './register-again.test-support.js';

const threads = 2;

beforeAll(async () => {
  expect(await registerAgain(threads)).toMatchObject({ name: 'wasm', threads });
});

it.each(parityCases('quick'))('$name', async (each) => {
  const { failures } = await prepareCase(each)();
  expect(failures).toEqual([]);
});
