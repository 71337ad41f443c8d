import { describe, expect, it } from 'vitest';
import { rank } from './fastest.js';

const orderOf = (...[circumstances]: Parameters<typeof rank>) => rank(circumstances).order.join(' ');

describe('rank', () => {
  it('is by what was measured', () => {
    const widest = ['AVX2', 'FMA', 'AVX-512'] as const;
    expect(orderOf({ work: 'inference', sets: widest, isWide: true })).toBe('wasm node');
    expect(orderOf({ work: 'inference', sets: widest, isWide: false })).toBe('node wasm');
    expect(orderOf({ work: 'training', sets: widest, isWide: true })).toBe('wasm node');
    expect(orderOf({ work: 'training', sets: widest, isWide: false })).toBe('node wasm');
    expect(orderOf({ work: 'training', sets: ['AVX2', 'FMA'], isWide: false })).toBe('wasm node');
  });

  it('is native first where nothing was measured, and says no reason', () => {
    const nothing = { order: ['node', 'wasm'], why: '' };
    for (const sets of [null, ['NEON']] as const) {
      expect(rank({ work: 'training', sets, isWide: true })).toEqual(nothing);
    }
    expect(rank({ work: 'inference', sets: ['AVX2', 'FMA'], isWide: false })).toEqual(nothing);
  });
});
