import { ResNetError } from '@resnetjs/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { exitCodeOf, report } from './failure.js';

afterEach(() => vi.restoreAllMocks());

describe('report', () => {
  it('prints no control character that a file’s name brought along, and keeps its own lines', () => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    report(new ResNetError('file-system', 'There is no a\u001b[31mb\rc\u202e.\nLook elsewhere.'));
    expect(write).toHaveBeenCalledWith('error: There is no a�[31mb�c�.\nLook elsewhere.\n');
  });
});

describe('exitCodeOf', () => {
  it('tells wrong usage from failure', () => {
    expect(exitCodeOf(new ResNetError('bad-option', ''))).toBe(2);
    expect(exitCodeOf(new ResNetError('file-system', ''))).toBe(1);
    expect(exitCodeOf(new Error())).toBe(1);
  });
});
