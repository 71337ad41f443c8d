import { describe, expect, it } from 'vitest';
import { rank } from './fastest.js';

const orderOf = (circumstances: Partial<Parameters<typeof rank>[0]>) =>
  rank({
    work: 'training',
    sets: ['AVX2', 'FMA'],
    isWide: false,
    lacksOneDnn: false,
    ...circumstances,
  }).order.join(' ');

describe('rank', () => {
  it('is by what was measured', () => {
    for (const sets of [
      ['AVX2', 'FMA', 'AVX-512'],
      ['AVX2', 'FMA'],
    ] as const) {
      for (const work of ['inference', 'training'] as const) {
        expect(orderOf({ work, sets, isWide: true })).toBe('wasm node');
        expect(orderOf({ work, sets })).toBe('node wasm');
      }
      expect(orderOf({ sets, lacksOneDnn: true })).toBe('wasm node');
      expect(orderOf({ sets, lacksOneDnn: true, work: 'inference' })).toBe('node wasm');
    }
  });

  it('is native first where nothing was measured, and says no reason', () => {
    for (const sets of [null, ['NEON']] as const) {
      const here = { work: 'training', sets, isWide: true, lacksOneDnn: false } as const;
      expect(rank(here)).toEqual({ order: ['node', 'wasm'], why: '' });
    }
  });
});
