import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nativeFolder } from '../cache-folder.js';
import { writeRecord } from '../install-record.js';
import { changeAddon } from './addon-changes.js';
import { eventsOf, type InstallEvent } from './events.js';
import { installNative } from './install-native.js';
import { waitForLock } from './wait-for-lock.js';
import { officialDownloads } from './official.js';
import { runCommand } from './run-command.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'resnetjs-install-'));
  vi.stubEnv('RESNETJS_CACHE', folder);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

describe('installNative', () => {
  it('reports what it tried and why that failed, and leaves nothing', async () => {
    vi.stubEnv('PATH', folder); // no npm, no pip, no compiler
    const events: InstallEvent[] = [];
    const install = async () => {
      for await (const event of installNative()) events.push(event);
    };
    await expect(install()).rejects.toMatchObject({
      name: 'BackendError',
      code: 'unavailable',
      message: expect.stringMatching(/Tried:\n {2}official: .*npm.*\n {2}wheel: .*npm.*\n.*wasm/),
    });
    expect(events.filter(({ event }) => event === 'failed')).toHaveLength(2);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("removes what a killed process left, and what that process's commands still write", async () => {
    vi.stubEnv('PATH', folder);
    const leave = () => mkdirSync(`${nativeFolder()}.making-1/official`, { recursive: true });
    leave();
    const install = async () => {
      for await (const { event } of installNative()) if (event === 'failed') leave();
    };
    await expect(install()).rejects.toThrow('Tried');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('replaces an installation that has the right sizes but does not run', async () => {
    vi.stubEnv('PATH', folder);
    const files: Record<string, string> = {
      'package.json': JSON.stringify({ version: '4.22.0' }),
      'dist/nodejs_kernel_backend.js': '1',
      'dist/register_all_kernels.js': '1',
      'lib/napi-v8/tfjs_binding.node': '\x7fELF',
      'deps/lib/libtensorflow.so': '\x7fELF',
      'deps/lib/libtensorflow.2.dylib': '\x7fELF',
      'deps/lib/tensorflow.dll': '\x7fELF',
    };
    for (const [file, content] of Object.entries(files)) {
      mkdirSync(dirname(join(nativeFolder(), file)), { recursive: true });
      writeFileSync(join(nativeFolder(), file), content);
    }
    const sizes = Object.fromEntries(Object.entries(files).map(([file, content]) => [file, content.length]));
    writeRecord(nativeFolder(), { source: 'a test', tensorflow: '0', files: sizes });
    const events: InstallEvent[] = [];
    const install = async () => {
      for await (const event of installNative()) events.push(event);
    };
    await expect(install()).rejects.toThrow('Tried');
    expect(events[0]).toMatchObject({ step: 'check', message: expect.stringContaining('is damaged') });
  });

  it('stops on abort, and leaves nothing', async () => {
    const stopped = new Error('stopped');
    const controller = new AbortController();
    const install = async () => {
      for await (const event of installNative({ signal: controller.signal })) {
        if (event.event === 'step') controller.abort(stopped);
      }
    };
    await expect(install()).rejects.toBe(stopped);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('reports that the folder cannot be written to', async () => {
    writeFileSync(join(folder, 'file'), '');
    vi.stubEnv('RESNETJS_CACHE', join(folder, 'file', 'cache'));
    await expect(installNative().next()).rejects.toThrow(/can't be written to.*RESNETJS_CACHE/);
  });

  it('stops when the caller leaves the loop', async () => {
    for await (const { event } of installNative()) {
      expect(event).toBe('step');
      break;
    }
    expect(readdirSync(folder)).toEqual([]);
  });

  it('removes what a killed process left', async () => {
    vi.stubEnv('PATH', folder);
    mkdirSync(`${nativeFolder()}.making-1/official`, { recursive: true });
    const install = async () => {
      for await (const _ of installNative());
    };
    await expect(install()).rejects.toThrow(/Tried/);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('waitForLock', () => {
  it('takes the lock when its holder releases it', async () => {
    const file = join(folder, 'lock');
    const order: string[] = [];
    const first = await waitForLock(file, { waiting: () => {} });
    let notify = (_pid: number) => {};
    const notified = new Promise<number>((resolve) => {
      notify = resolve;
    });
    const second = waitForLock(file, { waiting: notify }).then((lock) => {
      order.push('second enters');
      return lock;
    });
    expect(await notified).toBe(process.pid);
    order.push('first leaves');
    first.release();
    const lock = await second;
    expect(order).toEqual(['first leaves', 'second enters']);
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('stops waiting on abort', async () => {
    const file = join(folder, 'lock');
    const lock = await waitForLock(file, { waiting: () => {} });
    const controller = new AbortController();
    const waiting = () => controller.abort(new Error('stopped'));
    await expect(waitForLock(file, { signal: controller.signal, waiting })).rejects.toThrow();
    lock.release();
  });
});

describe('a command', () => {
  const inNode = (code: string, seconds: number, signal?: AbortSignal) =>
    runCommand(process.execPath, ['-e', code], { seconds, signal });

  it('returns its output and its exit code', async () => {
    expect(await inNode('console.log(1); console.error(2); process.exit(3)', 60)).toMatchObject({
      code: 3,
      stdout: '1\n',
      output: expect.stringMatching(/1\n2|2\n1/),
    });
    const missing = await runCommand('resnetjs-no-such-command', [], { seconds: 60 });
    expect(missing).toMatchObject({ code: null, output: expect.stringContaining('ENOENT') });
  });

  it('is terminated with its children when it takes too long', async () => {
    // The grandchild holds the same streams: they are closed only when it has ended, too.
    const grandchild = JSON.stringify('console.log(1); setInterval(() => {}, 1000)');
    const child = `require('child_process').spawnSync(process.execPath, ['-e', ${grandchild}], { stdio: 'inherit' })`;
    let stdout = '';
    // As long as the grandchild takes to start on this machine.
    for (let seconds = 1; stdout === ''; seconds *= 2) {
      const outcome = await inNode(child, seconds);
      expect(outcome).toMatchObject({
        code: null,
        output: expect.stringContaining(`longer than ${seconds} s`),
      });
      stdout = outcome.stdout;
    }
    expect(stdout).toBe('1\n');
  });
});

it('yields reports as they come, and ends as the work does', async () => {
  const events = eventsOf<number, string>(async (report) => {
    report(1);
    await new Promise((resolve) => setTimeout(resolve, 5));
    report(2);
    report(3);
    return 'end';
  });
  expect(await events.next()).toEqual({ value: 1, done: false });
  expect(await events.next()).toEqual({ value: 2, done: false });
  expect(await events.next()).toEqual({ value: 3, done: false });
  expect(await events.next()).toEqual({ value: 'end', done: true });
  const failing = eventsOf<number, string>(async () => {
    throw new Error('no');
  });
  await expect(failing.next()).rejects.toThrow('no');
});

it('knows what tfjs-node downloads', () => {
  const host = 'https://storage.googleapis.com';
  expect(officialDownloads('linux', 'x64', 10)).toEqual({
    library: `${host}/tensorflow/libtensorflow/libtensorflow-cpu-linux-x86_64-2.9.1.tar.gz`,
    addon: `${host}/tf-builds/pre-built-binary/napi-v8/4.22.0/CPU-linux-4.22.0.tar.gz`,
  });
  expect(officialDownloads('win32', 'x64', 7)?.addon).toMatch(
    /napi-v7\/4\.22\.0\/CPU-windows-4\.22\.0\.zip$/,
  );
  expect(officialDownloads('linux', 'riscv64', 9)).toBe(null);
  expect(officialDownloads('freebsd', 'x64', 9)).toBe(null);
});

it('changes no source that it does not expect', async () => {
  mkdirSync(join(folder, 'binding'));
  writeFileSync(join(folder, 'binding', 'tfjs_backend.cc'), 'int main() {}\n');
  await expect(changeAddon(folder)).rejects.toThrow(/not the expected one/);
  expect(readFileSync(join(folder, 'binding', 'tfjs_backend.cc'), 'utf8')).toBe('int main() {}\n');
});
