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
 * Runs the bench with its own folder for temporary files; `onOutput` gets the output so far while it runs.
 * @param {string} command
 * @param {(child: import('node:child_process').ChildProcess, text: string) => void} [onOutput]
 */
async function bench(command, onOutput) {
  const env = { ...process.env, TMPDIR: temporary };
  const child = spawn(process.execPath, [program, ...command.split(' ')], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    output += text;
    onOutput?.(child, output);
  });
  const [code] = await once(child, 'close');
  return { code, output };
}

describe('the bench', () => {
  it('reports before measuring that a page cannot be written', async () => {
    const { code, output } = await bench('inference --markdown nowhere/page.md');
    expect(output).toMatch(/^--markdown: nowhere\/page\.md can't be written: ENOENT.*\n$/);
    expect(code).toBe(2);
  });

  it('reports which networks there are', async () => {
    const { code, output } = await bench('heap --network resnet9');
    expect(output).toBe('There is no network resnet9: `resnet networks` lists those that there are.\n');
    expect(code).toBe(2);
  });

  it.skipIf(process.platform === 'win32')('leaves no weights behind when Ctrl-C ends it', async () => {
    let pressed = false;
    const { code } = await bench('inference --only folded --threads 1', (child, output) => {
      if (pressed || !output.includes('1 thread')) return;
      pressed = true;
      expect(readdirSync(temporary)).toHaveLength(1);
      child.kill('SIGINT');
    });
    expect(code).toBe(130);
    expect(readdirSync(temporary)).toEqual([]);
  });
});
