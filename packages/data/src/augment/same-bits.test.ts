import { expect, it } from 'vitest';
import { augmentedHash, mixedBits, mixedHash, sameBits } from './same-bits.test-support.js';

// A change here changes what a training sees: one that is resumed would no longer be the one that was begun.

it.each(sameBits)('%s', (text, hash) => {
  expect(augmentedHash(text)).toBe(hash);
});

it('mixup and cutmix', () => {
  expect(mixedHash()).toBe(mixedBits);
});
