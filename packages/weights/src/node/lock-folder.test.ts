import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockFolder } from './lock-folder.js';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'resnetjs-lock-'));
  file = join(folder, '.resnet.lock');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const holder = (fields: object) =>
  JSON.stringify({ pid: process.pid, host: hostname(), born: null, ...fields });

/** A process that does nothing, and is killed. */
async function deadProcess(): Promise<number> {
  const child: ChildProcess = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)']);
  await once(child, 'spawn');
  child.kill('SIGKILL');
  await once(child, 'exit');
  return child.pid as number;
}

describe('lockFolder', () => {
  it('gives a folder to one at a time', async () => {
    const lock = await lockFolder(folder);
    await lock.check();
    await expect(lockFolder(folder)).rejects.toThrow(
      new RegExp(
        `Another training writes to ${folder}: process ${process.pid}\\. Wait until .* kill ${process.pid}`,
      ),
    );
    lock.release();
    expect(await readdir(folder)).toEqual([]);
    (await lockFolder(folder)).release();
  });

  it('takes it from a process that was killed, however young it is', async () => {
    await writeFile(file, holder({ pid: await deadProcess() }));
    const young = new Date(Date.now() + 3_600_000);
    await utimes(file, young, young);
    const lock = await lockFolder(folder);
    expect(JSON.parse(await readFile(file, 'utf8')).pid).toBe(process.pid);
    lock.release();
  });

  it.runIf(process.platform === 'linux')('knows a process from a later one of the same number', async () => {
    await writeFile(file, holder({ born: 'another-boot 1' }));
    const lock = await lockFolder(folder);
    await lock.check();
    lock.release();
  });

  it('gives a stale one to one of many, every time', async () => {
    const pid = await deadProcess();
    for (let round = 0; round < 100; round++) {
      await writeFile(file, holder({ pid, nonce: String(round) }));
      const tries = Array.from({ length: 20 }, () => lockFolder(folder));
      const locks = (await Promise.allSettled(tries)).flatMap((each) =>
        each.status === 'fulfilled' ? [each.value] : [],
      );
      expect(locks).toHaveLength(1);
      locks[0]?.release();
      expect(await readdir(folder)).toEqual([]);
    }
  });

  it('takes it where a process was killed that was just taking it', async () => {
    const stale = holder({ pid: await deadProcess() });
    const digest = createHash('sha256').update(stale).digest('hex').slice(0, 12);
    await writeFile(file, stale);
    await writeFile(`${file}.${digest}.tmp`, stale);
    (await lockFolder(folder)).release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('leaves that of another machine alone, and says what to do', async () => {
    await writeFile(file, holder({ host: 'elsewhere', pid: 7 }));
    await expect(lockFolder(folder)).rejects.toThrow(
      /process 7 on elsewhere\. If it runs no more, remove .*\.resnet\.lock/,
    );
  });

  it('takes over one that a killed process left empty, but not one that is being written', async () => {
    const hours = (count: number) => new Date(Date.now() + 3_600_000 * count);
    await writeFile(file, '');
    await utimes(file, hours(1), hours(1)); // just written, however long this test takes
    let taken = false;
    const taking = lockFolder(folder).then((lock) => {
      taken = true;
      return lock;
    });
    await setTimeout(200);
    expect([taken, await readFile(file, 'utf8')]).toEqual([false, '']);
    await utimes(file, hours(-1), hours(-1));
    (await taking).release();
  });

  it('notices when its folder is gone, or another has it', async () => {
    const lock = await lockFolder(folder);
    await writeFile(file, holder({ pid: 1 }));
    await expect(lock.check()).rejects.toThrow(/Another process has taken/);
    await rm(folder, { recursive: true });
    await expect(lock.check()).rejects.toThrow(/was removed while this process was writing there/);
    lock.release();
    await expect(lockFolder(folder)).rejects.toMatchObject({ code: 'file-system' });
  });
});
