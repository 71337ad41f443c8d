import { expect, it } from 'vitest';
import { augmentedHash, mixedBits, mixedHash, sameBits } from './same-bits.test-support.js';

// The same hashes as in Node.

it.each(sameBits)('%s', (text, hash) => {
  expect(augmentedHash(text)).toBe(hash);
});

it('mixup and cutmix', () => {
  expect(mixedHash()).toBe(mixedBits);
});
