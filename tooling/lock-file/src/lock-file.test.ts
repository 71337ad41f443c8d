import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Lock, takeLock } from './index.js';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'resnetjs-lock-'));
  file = join(folder, 'lock');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const holder = (fields: object) =>
  JSON.stringify({ pid: process.pid, host: hostname(), born: null, ...fields });

/** The pid of a process that was killed. */
async function deadProcess(): Promise<number> {
  const child: ChildProcess = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)']);
  await once(child, 'spawn');
  child.kill('SIGKILL');
  await once(child, 'exit');
  return child.pid as number;
}

async function taken(): Promise<Lock> {
  const found = await takeLock(file);
  if ('holder' in found) throw new Error(`process ${found.holder.pid} has it`);
  return found.lock;
}

describe('takeLock', () => {
  it('gives a lock to one holder at a time', async () => {
    const lock = await taken();
    expect(await lock.stands()).toBe(true);
    expect(await takeLock(file)).toMatchObject({ holder: { pid: process.pid, host: hostname() } });
    lock.release();
    expect(await readdir(folder)).toEqual([]);
    (await taken()).release();
  });

  it('takes it from a process that was killed', async () => {
    await writeFile(file, holder({ pid: await deadProcess() }));
    const lock = await taken();
    expect(JSON.parse(await readFile(file, 'utf8')).pid).toBe(process.pid);
    lock.release();
  });

  it.runIf(process.platform === 'linux')(
    'distinguishes a process from a later one with the same pid',
    async () => {
      await writeFile(file, holder({ born: 'another-boot 1' }));
      (await taken()).release();
    },
  );

  it('gives a stale lock to exactly one of many takers', async () => {
    const pid = await deadProcess();
    for (let round = 0; round < 100; round++) {
      await writeFile(file, holder({ pid, nonce: String(round) }));
      const found = await Promise.all(Array.from({ length: 20 }, () => takeLock(file)));
      const locks = found.flatMap((each) => ('lock' in each ? [each.lock] : []));
      expect(locks).toHaveLength(1);
      locks[0]?.release();
      expect(await readdir(folder)).toEqual([]);
    }
  });

  it('takes it when a process was killed while taking it', async () => {
    const stale = holder({ pid: await deadProcess() });
    const digest = createHash('sha256').update(stale).digest('hex').slice(0, 12);
    await writeFile(file, stale);
    await writeFile(`${file}.${digest}.tmp`, stale);
    (await taken()).release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('leaves the lock of another machine alone', async () => {
    await writeFile(file, holder({ host: 'elsewhere', pid: 7 }));
    expect(await takeLock(file)).toMatchObject({ holder: { host: 'elsewhere', pid: 7 } });
  });

  it('takes over a lock that a killed process left empty', async () => {
    await writeFile(file, '');
    const old = new Date(Date.now() - 10_000);
    await utimes(file, old, old);
    (await taken()).release();
  });

  it('waits for a lock that is being written', async () => {
    await writeFile(file, '');
    const found = takeLock(file);
    await setTimeout(100);
    await writeFile(file, holder({}));
    expect(await found).toMatchObject({ holder: { pid: process.pid } });
  });

  it('reports when another process has it, and when it is gone', async () => {
    const lock = await taken();
    await writeFile(file, holder({ pid: 1 }));
    expect(await lock.stands()).toBe(false);
    lock.release();
    expect(await readdir(folder)).toEqual(['lock']); // the other process's
    await rm(folder, { recursive: true });
    await expect(lock.stands()).rejects.toMatchObject({ code: 'ENOENT' });
    lock.release();
    await expect(takeLock(file)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
