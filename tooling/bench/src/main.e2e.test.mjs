import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBrowser } from '@resnetjs/parity/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('main.mjs', import.meta.url));
const browser = findBrowser();
/** @type {string} */
let temporary;
beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'resnetjs-bench-test-'));
});
afterEach(() => rmSync(temporary, { recursive: true }));

/**
 * Runs the bench with its own folder for temporary files; `onOutput` gets the output so far while it runs.
 * @param {string} command
 * @param {{ onOutput?: (child: import('node:child_process').ChildProcess, text: string) => void, env?: NodeJS.ProcessEnv }} [options]
 */
async function bench(command, { onOutput, env = {} } = {}) {
  const child = spawn(process.execPath, [program, ...command.split(' ')], {
    env: { ...process.env, TMPDIR: temporary, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    printed += text;
  });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    output += text;
    onOutput?.(child, output);
  });
  const [code] = await once(child, 'close');
  return { code, output, printed };
}

/** Presses Ctrl-C once, when `text` has been printed. */
const interruptAt = (/** @type {string} */ text) => {
  let pressed = false;
  return (/** @type {import('node:child_process').ChildProcess} */ child, /** @type {string} */ output) => {
    if (pressed || !output.includes(text)) return;
    pressed = true;
    expect(readdirSync(temporary)).not.toEqual([]);
    child.kill('SIGINT');
  };
};

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
    const { code } = await bench('inference --only folded --threads 1', {
      onOutput: interruptAt('1 thread'),
    });
    expect(code).toBe(130);
    expect(readdirSync(temporary)).toEqual([]);
  });
});

describe('the bench in a browser', () => {
  it('reports which browser is needed', async () => {
    const { code, output } = await bench('browser', { env: { RESNETJS_BROWSER: join(temporary, 'none') } });
    expect(output).toMatch(/^There is no file .*none, which RESNETJS_BROWSER names as the browser\./);
    expect(code).toBe(2);
  });

  it('reports which contenders there are on pages', async () => {
    const { code, output } = await bench('browser --only torch');
    expect(output).toMatch(/^--only: torch: expected some of ours, portable, /);
    expect(code).toBe(2);
  });

  it.skipIf(!browser.found)('measures inference and training on a page', async () => {
    const { code, printed, output } = await bench(
      'browser --networks mlperf/resnet8 --only ours --rounds 1 --threads 1 --json',
    );
    expect([code, output]).toEqual([0, expect.any(String)]);
    const { machine, tables } = JSON.parse(printed);
    expect(machine.browser).toMatch(/\d+\.\d+/);
    expect(tables).toHaveLength(2);
    for (const { rows } of tables) {
      const spread = { median: expect.any(Number) };
      expect(rows).toMatchObject([
        { name: 'ours', version: expect.stringContaining('SIMD'), spread, ratio: 1 },
      ]);
    }
    expect(readdirSync(temporary)).toEqual([]);
  });

  it.skipIf(!browser.found || process.platform === 'win32')(
    'leaves no browser and no files behind when Ctrl-C ends it',
    async () => {
      const { code } = await bench('browser --networks mlperf/resnet8 --only ours --threads 1', {
        onOutput: interruptAt('warming up'),
      });
      expect(code).toBe(130);
      expect(readdirSync(temporary)).toEqual([]);
    },
  );
});
