import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { shellArgument } from './shell-argument.js';

describe('an argument in a recommended command', () => {
  it('stays as it is if a shell leaves it alone', () => {
    for (const plain of ['runs/first', './für_1.png', 'synthetic:signs'])
      expect(shellArgument(plain)).toBe(plain);
  });

  it.skipIf(process.platform === 'win32')('comes out of a shell as it was', () => {
    for (const text of ['my runs/a', '$HOME', "it's", '"', 'a;b', 'back\\slash', '*', '', 'runs/first'])
      expect(execFileSync('sh', ['-c', `printf %s ${shellArgument(text)}`], { encoding: 'utf8' })).toBe(text);
  });
});
