import { ResNetError } from '@resnetjs/core';
import { CommanderError } from 'commander';
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

describe('report with json', () => {
  it.each([
    [new ResNetError('bad-file', 'It is cut.'), { code: 'bad-file', message: 'It is cut.' }],
    [new TypeError('x'), { code: 'unexpected', message: 'x' }],
    [
      new CommanderError(1, 'a', "error: unknown option '--x'"),
      { code: 'wrong-usage', message: "unknown option '--x'" },
    ],
  ])('prints %s as a line of JSON, too', (error, expected) => {
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    report(error, { json: true });
    expect(write).toHaveBeenCalledOnce();
    expect(JSON.parse(String(write.mock.calls[0]?.[0]))).toEqual({ error: expected });
    report(new CommanderError(0, 'commander.help', '(outputHelp)'), { json: true });
    expect(write).toHaveBeenCalledOnce();
  });
});

describe('exitCodeOf', () => {
  it('tells wrong usage from failure', () => {
    expect(exitCodeOf(new ResNetError('bad-option', ''))).toBe(2);
    expect(exitCodeOf(new ResNetError('file-system', ''))).toBe(1);
    expect(exitCodeOf(new Error())).toBe(1);
  });
});
