import { describe, expect, it } from 'vitest';
import { processorDetails } from './machine.mjs';
import { machineLine } from './report.mjs';

const x86 = `processor\t: 0
cpu family\t: 25
model\t\t: 17
model name\t: A processor
flags\t\t: fpu fma avx avx2 avx512fp16

processor\t: 1
cpu family\t: 25
`;

describe('the machine', () => {
  it('has a generation and instruction sets, where Linux says so', () => {
    expect(processorDetails(x86)).toEqual({ family: 25, model: 17, instructions: ['avx2', 'fma'] });
    expect(processorDetails('processor\t: 0\nFeatures\t: fp asimd\n')).toBeNull();
  });

  it('is one line, with the browser', () => {
    const machine = { processor: 'A', cores: 2, memory: '24 GiB', system: 'linux x64', node: 'v24', load: 0 };
    expect(machineLine({ ...machine, details: processorDetails(x86), browser: 'Chromium 150' })).toBe(
      'A (family 25, model 17, avx2, fma), 2 cores, 24 GiB, linux x64, Node v24, Chromium 150, load 0',
    );
    expect(machineLine({ ...machine, details: null })).toBe(
      'A, 2 cores, 24 GiB, linux x64, Node v24, load 0',
    );
  });
});
