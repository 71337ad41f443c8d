import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('main.mjs', import.meta.url));
/** @type {string} */
let temporary;
beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'resnetjs-bench-test-'));
});
afterEach(() => rmSync(temporary, { recursive: true }));

/**
 * Runs the bench with a folder for temporary files of its own; `heard` is told of what it says while it works.
 * @param {string} command
 * @param {(child: import('node:child_process').ChildProcess, text: string) => void} [heard]
 */
async function bench(command, heard) {
  const env = { ...process.env, TMPDIR: temporary };
  const child = spawn(process.execPath, [program, ...command.split(' ')], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
    heard?.(child, said);
  });
  const [code] = await once(child, 'close');
  return { code, said };
}

describe('the bench', () => {
  it('says before it measures that a page cannot be written', async () => {
    const { code, said } = await bench('inference --markdown nowhere/page.md');
    expect(said).toMatch(/^--markdown: nowhere\/page\.md can't be written: ENOENT.*\n$/);
    expect(code).toBe(2);
  });

  it('says which networks there are', async () => {
    const { code, said } = await bench('heap --network resnet9');
    expect(said).toBe('--network knows course/resnet50, preact/resnet, not resnet9\n');
    expect(code).toBe(2);
  });

  it.skipIf(process.platform === 'win32')('leaves no weights behind when Ctrl-C ends it', async () => {
    let pressed = false;
    const { code } = await bench('inference --only folded --threads 1', (child, said) => {
      if (pressed || !said.includes('1 thread')) return;
      pressed = true;
      expect(readdirSync(temporary)).toHaveLength(1);
      child.kill('SIGINT');
    });
    expect(code).toBe(130);
    expect(readdirSync(temporary)).toEqual([]);
  });
});
