import { afterEach, describe, expect, it, vi } from 'vitest';
import { trainsElsewhere, withTrainingLock } from './training-lock.js';

describe('withTrainingLock', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('doesn’t lock where the browser has no locks, as on pages without https', async () => {
    vi.stubGlobal('navigator', {});
    expect(await withTrainingLock(async (held) => ({ held }))).toEqual({ held: true });
    expect(await trainsElsewhere()).toBe(false);
  });

  it.each([
    ['missing', () => undefined],
    [
      'refused on reading',
      () => {
        throw new DOMException('denied', 'SecurityError');
      },
    ],
    [
      'refused on asking',
      () => ({
        request: async () => Promise.reject(new DOMException('denied', 'SecurityError')),
        query: () => Promise.reject(new DOMException('denied', 'SecurityError')),
      }),
    ],
  ])('runs the work once, and passes on its error, where locks are %s', async (_, get) => {
    vi.stubGlobal('navigator', Object.defineProperty({}, 'locks', { get }));
    const work = vi.fn(async (held: boolean) => held);
    expect(await withTrainingLock(work)).toBe(true);
    expect(work).toHaveBeenCalledOnce();
    await expect(withTrainingLock(() => Promise.reject(new Error('its own')))).rejects.toThrow('its own');
    expect(await trainsElsewhere()).toBe(false);
  });

  it('runs the work once, and passes on its error, with a lock', async () => {
    vi.stubGlobal('navigator', {
      locks: { request: async (_: string, __: object, then: (lock: object) => unknown) => then({}) },
    });
    const work = vi.fn(() => Promise.reject(new Error('its own')));
    await expect(withTrainingLock(work)).rejects.toThrow('its own');
    expect(work).toHaveBeenCalledOnce();
  });

  it('tells a second tab that the first holds the lock', async () => {
    vi.stubGlobal('navigator', {
      locks: {
        request: (_: string, __: LockOptions, then: (lock: Lock | null) => unknown) => then(null),
        query: async () => ({ held: [{ name: 'resnetjs-training' }], pending: [] }),
      },
    });
    expect(await withTrainingLock(async (held) => ({ held }))).toEqual({ held: false });
    expect(await trainsElsewhere()).toBe(true);
  });
});
