import { expect, it } from 'vitest';
import { mixing, mixingSchema } from './mixing.js';

it('mixes every batch unless a share is given', () => {
  expect(mixing({ mixup: 0.2 })).toEqual({ mixup: 0.2, probability: 1 });
  expect(mixing({ mixup: 0.2, cutmix: undefined as never })).toEqual({ mixup: 0.2, probability: 1 });
  const both = mixing({ mixup: 0.2, cutmix: 1, probability: 0.5 });
  expect(mixingSchema.parse(JSON.parse(JSON.stringify(both)))).toEqual(both);
});

it.each([
  [{}, 'A mixing needs mixup, cutmix or both'],
  [{ mixup: 0 }, "The mixing's mixup is 0; it must be more than 0 and at most 4."],
  [{ cutmix: 5 }, "The mixing's cutmix is 5; it must be more than 0 and at most 4."],
  [{ mixup: 1, probability: 2 }, "The mixing's probability is 2; it must be a number from 0 to 1."],
])('refuses %j', (settings, message) => {
  expect(() => mixing(settings)).toThrow(message);
});

it('a schema refuses a mixing of nothing', () => {
  expect(mixingSchema.safeParse({ probability: 1 }).success).toBe(false);
});
