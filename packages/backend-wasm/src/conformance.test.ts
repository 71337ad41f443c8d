import { parityCases, prepareCase } from '@resnetjs/parity';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerAnew } from './register-anew.test-support.js';

describe.each([1, 2])('threads: %i', (threads) => {
  beforeAll(() => registerAnew(threads));

  it.each(parityCases('quick'))('$name', async (each) => {
    const { failures } = await prepareCase(each)();
    expect(failures).toEqual([]);
  });
});
