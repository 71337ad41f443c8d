import { parityCases, prepareCase } from '@resnetjs/parity';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerAgain } from './register-again.test-support.js';

/** Compares the quick cases with float64, in so many threads, which change no bit. */
export function testConformance(threads: number): void {
  describe(`threads: ${threads}`, () => {
    beforeAll(async () => {
      const registered = await registerAgain(threads);
      expect(registered).toMatchObject({ name: 'wasm', threads });
    });

    it.each(parityCases('quick'))('$name', async (each) => {
      const { failures } = await prepareCase(each)();
      expect(failures).toEqual([]);
    });
  });
}
