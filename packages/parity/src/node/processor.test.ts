import { expect, it } from 'vitest';
import { describeProcessor, thisProcessor } from './processor.js';

it('reads what Linux tells of x86', () => {
  const cpuinfo = [
    'processor\t: 0',
    'cpu family\t: 25',
    'model\t\t: 17',
    'model name\t: AMD EPYC',
    'flags\t\t: fpu sse2 fma avx avx2 avx512f avx512dq',
  ].join('\n');
  expect(describeProcessor('AMD EPYC', cpuinfo)).toEqual({
    name: 'AMD EPYC, family 25 model 17',
    instructionSets: ['AVX2', 'FMA', 'AVX-512'],
  });
});

it('reads what Linux tells of ARM, and of a machine that tells nothing', () => {
  const arm = 'processor\t: 0\nFeatures\t: fp asimd evtstrm\nCPU part\t: 0xd0c';
  expect(describeProcessor('Neoverse-N1', arm)).toEqual({ name: 'Neoverse-N1', instructionSets: ['NEON'] });
  expect(describeProcessor('unknown', '')).toEqual({ name: 'unknown', instructionSets: null });
});

it('names this one', () => {
  expect(thisProcessor().name).not.toBe('');
});
