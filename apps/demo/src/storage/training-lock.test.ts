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
