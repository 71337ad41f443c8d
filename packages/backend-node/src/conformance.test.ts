import { parityCases, prepareCase } from '@resnetjs/parity';
import { beforeAll, expect, it } from 'vitest';
import { register } from './index.js';
import { describeNative } from './native.test-support.js';

describeNative('native TensorFlow', () => {
  beforeAll(() => register());

  it.each(parityCases('quick'))('$name', async (each) => {
    const { failures } = await prepareCase(each)();
    expect(failures).toEqual([]);
  });
});
