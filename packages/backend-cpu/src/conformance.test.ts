import { parityCases, prepareCase } from '@resnetjs/parity';
import { beforeAll, describe, expect, it } from 'vitest';
import { register } from './index.js';

/** Networks whose kinds of block are compared one by one, and a training of one that is compared: half of the time, and for RESNETJS_THOROUGH=1. */
const long = /^network: (resnext50_32x4d|seresnet50), |^course\/resnet50, /;
const isThorough = process.env.RESNETJS_THOROUGH === '1';
const cases = parityCases('quick').filter(({ name }) => isThorough || !long.test(name));

describe('the cpu backend', () => {
  beforeAll(() => register());

  it.each(cases)('$name', async (each) => {
    const { failures } = await prepareCase(each)();
    expect(failures).toEqual([]);
  });
});
