import { conformanceTests } from '@resnetjs/parity';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerAnew } from './reference.test-support.js';
import { wasmPaths } from './wasm-paths.js';

describe.each([1, 2])('threads: %i', (threads) => {
  beforeAll(async () => {
    const registered = await registerAnew(threads, wasmPaths);
    expect(registered).toMatchObject({ name: 'wasm', threads });
  });

  it.each(conformanceTests)('$name', async ({ run }) => {
    expect(await run()).toEqual([]);
  });
});
