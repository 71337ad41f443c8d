import { conformanceTests } from '@resnetjs/parity';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerAnew } from './reference.test-support.js';

describe.each([1, 2])('threads: %i', (threads) => {
  beforeAll(() => registerAnew(threads));

  it.each(conformanceTests)('$name', async ({ run }) => {
    expect(await run()).toEqual([]);
  });
});
