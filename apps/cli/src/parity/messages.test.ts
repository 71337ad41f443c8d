import { expect, it } from 'vitest';
import { decodeEvent, encodeEvent, type RunEvent } from './messages.js';

it('carries NaN and Infinity', () => {
  const where = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-7, 'Chromium'];
  const event = { event: 'registered', registered: {}, where } as unknown as RunEvent;
  expect(decodeEvent(encodeEvent(event))).toEqual(event);
});
