import { parityCases, prepareCase } from '@resnetjs/parity';
import { beforeAll, describe, expect, it } from 'vitest';
import { register } from './index.js';

describe('the cpu backend', () => {
  beforeAll(() => register());

  it.each(parityCases('quick'))('$name', async (each) => {
    const { failures } = await prepareCase(each)();
    expect(failures).toEqual([]);
  });
});
