import { expect, it } from 'vitest';
import { backoff, defaultPatience, pause, retryAfter } from './patience.js';

it.each([
  ['120', 120_000],
  ['0.5', 500],
  ['0', 0],
  ['-5', 0],
  ['Sun, 29 Nov 2026 12:00:30 GMT', 30_000],
  ['Sun, 29 Nov 2026 11:00:00 GMT', 0],
  ['soon', null],
  ['', null],
  [null, null],
])('Retry-After: %s is %s milliseconds', (header, expected) => {
  const headers = new Headers(header === null ? {} : { 'retry-after': header });
  expect(retryAfter(headers, Date.UTC(2026, 10, 29, 12))).toBe(expected);
});

it.each([
  ['"api";r=0;t=55', 55_000],
  ['"resolvers"; r=0; t=3', 3000],
  ['"api";r=7;t=55', null],
  ['nonsense', null],
])('RateLimit: %s is %s milliseconds', (header, expected) => {
  expect(retryAfter(new Headers({ ratelimit: header }))).toBe(expected);
  expect(retryAfter(new Headers({ ratelimit: header, 'retry-after': '1' }))).toBe(1000);
});

it('waits longer each time, up to a limit', () => {
  for (const [failures, longest] of [
    [1, 500],
    [2, 1000],
    [3, 2000],
    [20, 60_000],
  ] as const) {
    const wait = backoff(failures, defaultPatience);
    expect(wait).toBeLessThanOrEqual(longest);
    expect(wait).toBeGreaterThanOrEqual(longest / 2);
  }
});

it('ends a pause with the signal’s reason', async () => {
  const stop = new AbortController();
  const reason = new Error('no longer');
  setTimeout(() => stop.abort(reason), 1);
  await expect(pause(60_000, stop.signal)).rejects.toBe(reason);
  await expect(pause(60_000, stop.signal)).rejects.toBe(reason);
});
