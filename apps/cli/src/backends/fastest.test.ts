import { describe, expect, it } from 'vitest';
import { rank } from './fastest.js';

const orderOf = (...[circumstances]: Parameters<typeof rank>) => rank(circumstances).order.join(' ');

describe('rank', () => {
  it('is by what was measured', () => {
    const widest = ['AVX2', 'FMA', 'AVX-512'] as const;
    expect(orderOf({ work: 'inference', sets: widest, isWide: true })).toBe('node wasm');
    expect(orderOf({ work: 'training', sets: widest, isWide: true })).toBe('wasm node');
    expect(orderOf({ work: 'training', sets: widest, isWide: false })).toBe('node wasm');
    for (const work of ['training', 'inference'] as const) {
      expect(orderOf({ work, sets: ['AVX2', 'FMA'], isWide: false })).toBe('wasm node');
    }
  });

  it('is native first where nothing was measured, and says no reason', () => {
    for (const sets of [null, ['NEON']] as const) {
      expect(rank({ work: 'training', sets, isWide: true })).toEqual({ order: ['node', 'wasm'], why: '' });
    }
  });
});
