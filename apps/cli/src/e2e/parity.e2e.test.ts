import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ParityReport } from '@resnetjs/parity';
import { findBrowser } from '@resnetjs/parity/node';
import { afterAll, describe, expect, it } from 'vitest';
import { isAlive, resnetIn } from './e2e.test-support.js';

const folder = mkdtempSync(join(tmpdir(), 'resnetjs-parity-'));
const resnet = resnetIn(folder);
const only = ['--only', 'block: identity f=2'];
/** A browser that registers, reports a case that passed, and ends. */
const breakingOff = `#!/usr/bin/env node
const address = process.argv.at(-1);
const send = (event) => fetch(address + 'event', { method: 'POST', body: JSON.stringify(event) });
const registered = { name: 'webgl', threads: 1, precision: 32, kernels: [], details: {} };
const report = { name: 'one', group: 'block', passed: true, failures: [], differsAt: null, worst: null, compared: 1, seconds: 0 };
await send({ event: 'registered', registered, where: 'HeadlessChrome/1' });
await send({ event: 'case', report });
process.exit(3);
`;
/** A browser that registers, says who it is, and ends at SIGKILL alone. */
const stubborn = `#!/usr/bin/env node
const { writeFileSync } = process.getBuiltinModule('node:fs');
process.on('SIGTERM', () => {});
setInterval(() => {}, 1000);
const address = process.argv.at(-1);
const registered = { name: 'webgl', threads: 1, precision: 32, kernels: [], details: {} };
await fetch(address + 'event', { method: 'POST', body: JSON.stringify({ event: 'registered', registered, where: '' }) });
writeFileSync('browser.json', JSON.stringify({ pid: process.pid, args: process.argv }));
`;
afterAll(() => rmSync(folder, { recursive: true }));

describe('resnet parity', () => {
  it('compares the backends of this process, prints one document, and writes both reports', async () => {
    const args = [
      'parity',
      '--backends',
      'wasm,cpu',
      ...only,
      '--json',
      '--html',
      'new/p.html',
      '--markdown',
      'p.md',
    ];
    const { code, stdout } = await resnet(args);
    expect(code).toBe(0);
    const report = JSON.parse(stdout) as ParityReport;
    expect(report.backends.map(({ name, cases }) => [name, cases.length, cases[0]?.passed])).toEqual([
      ['wasm', 1, true],
      ['cpu', 1, true],
    ]);
    expect(readFileSync(join(folder, 'new/p.html'), 'utf8')).toContain(
      'All backends that ran agree with float64',
    );
    expect(readFileSync(join(folder, 'p.md'), 'utf8')).toContain('| block | ✓ 1/1');
  });

  const browser = findBrowser();
  it.skipIf(!browser.found)('compares webgl in a browser of this machine', async () => {
    const { code, stdout } = await resnet(['parity', '--backends', 'webgl', ...only, '--json']);
    const [webgl] = (JSON.parse(stdout) as ParityReport).backends;
    expect(webgl?.reason).toBeNull();
    expect(webgl?.cases).toMatchObject([{ name: 'block: identity f=2', passed: true, failures: [] }]);
    expect(webgl?.registered?.details.driver).toBeTruthy();
    expect(code).toBe(0);
  });

  it('says which backend cannot run and why, and fails if it was asked for', async () => {
    const { code, stdout } = await resnet(['parity', '--backends', 'webgl', '--browser', 'nowhere', ...only]);
    expect(code).toBe(1);
    expect(stdout).toContain('There is no file nowhere');
    expect(await resnet(['parity', '--browser', 'nowhere', ...only])).toMatchObject({ code: 1 });
  });

  it.skipIf(process.platform === 'win32')('does not pass a backend that broke off', async () => {
    const browser = join(folder, 'browser.mjs');
    writeFileSync(browser, breakingOff, { mode: 0o755 });
    const args = ['parity', '--browser', browser, ...only, '--html', 'broken.html'];
    const { code, stdout } = await resnet(args);
    expect(code).toBe(1);
    expect(stdout).toMatch(/webgl +incomplete, 1 case in .*; .*browser\.mjs ended \(code 3\)/);
    expect(readFileSync(join(folder, 'broken.html'), 'utf8')).toContain('not everything was compared');
  });

  it.skipIf(process.platform === 'win32').each([
    ['SIGHUP', 1, 129, stubborn.replace(/process\.on.*/, '')],
    ['SIGINT', 2, 130, stubborn],
  ] as const)(
    'leaves no browser behind at %s, nor at a second Ctrl-C',
    async (signal, times, expected, text) => {
      const browser = join(folder, `${signal}.mjs`);
      const about = join(folder, 'browser.json');
      rmSync(about, { force: true });
      writeFileSync(browser, text, { mode: 0o755 });
      const args = ['parity', '--backends', 'webgl', '--browser', browser, ...only];
      const { code } = await resnet(args, (child) => {
        let sent = 0;
        // Further apart than one Ctrl-C that npm and the terminal both send.
        const sending = setInterval(() => {
          if (existsSync(about) && sent++ < times) child.kill(signal);
        }, 400);
        child.once('exit', () => clearInterval(sending));
      });
      expect(code).toBe(expected);
      const { pid, args: given } = JSON.parse(readFileSync(about, 'utf8'));
      await expect.poll(() => isAlive(pid), { timeout: 60_000 }).toBe(false);
      const profile = given.find((each: string) => each.startsWith('--user-data-dir=')).split('=')[1];
      expect(existsSync(profile)).toBe(false);
    },
  );

  it('knows wrong names and empty choices before anything is computed', async () => {
    const unknown = await resnet(['parity', '--backends', 'wasn']);
    expect(unknown).toMatchObject({ code: 2, stdout: '' });
    expect(unknown.stderr).toContain('wasm');
    const none = await resnet(['parity', '--only', 'no such case']);
    expect(none).toMatchObject({ code: 2, stdout: '' });
    expect(none.stderr).toContain('no such case');
  });

  it('stops at Ctrl-C, and says, in the report as well, that results are missing', async () => {
    const args = ['parity', '--backends', 'cpu', '--level', 'full', '--html', 'stopped.html'];
    // Without a terminal, progress is a line now and then: the first one shows that cases are running.
    const { code, stdout, stderr } = await resnet(args, (child) =>
      child.stderr?.once('data', () => child.kill('SIGINT')),
    );
    expect(code).toBe(130);
    expect(stderr).toContain('Stopped');
    expect(stdout).toMatch(/cpu +incomplete.*; stopped after \d+ of \d+ cases/);
    expect(readFileSync(join(folder, 'stopped.html'), 'utf8')).toContain('not everything was compared');
  });
});
