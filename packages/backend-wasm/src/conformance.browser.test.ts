import { type ParityCase, parityCases, type PreparedCase, prepareCase } from '@resnetjs/parity';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerAgain } from './register-again.test-support.js';

/** Each case's truth is computed once, for one thread and for two. */
const prepared = new Map<ParityCase, PreparedCase>();

describe.each([1, 2])('threads: %i', (threads) => {
  beforeAll(async () => {
    const registered = await registerAgain(threads);
    expect(registered).toMatchObject({ name: 'wasm', threads });
  });

  it.each(parityCases('quick'))('$name', async (each) => {
    const run = prepared.get(each) ?? prepareCase(each);
    prepared.set(each, run);
    const { failures } = await run();
    expect(failures).toEqual([]);
  });
});
