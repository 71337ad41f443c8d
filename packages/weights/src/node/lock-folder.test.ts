import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockFolder } from './lock-folder.js';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'resnetjs-lock-'));
  file = join(folder, '.resnet.lock');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('lockFolder', () => {
  it('locks for one process at a time, and says which has the lock', async () => {
    const lock = await lockFolder(folder);
    await lock.check();
    await expect(lockFolder(folder)).rejects.toThrow(
      new RegExp(
        `Another process writes to ${folder}: process ${process.pid}\\. Wait until .* kill ${process.pid}`,
      ),
    );
    lock.release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('respects the lock of another machine, and says what to do', async () => {
    await writeFile(file, JSON.stringify({ host: 'elsewhere', pid: 7 }));
    await expect(lockFolder(folder)).rejects.toThrow(
      /process 7 on elsewhere\. If it is no longer running, remove .*\.resnet\.lock/,
    );
  });

  it('takes over from a machine that shows no sign of life, and from no other', async () => {
    const holder = JSON.stringify({ host: 'elsewhere', pid: 7, nonce: 'a' });
    await writeFile(file, holder);
    let looks = 0;
    const said: string[] = [];
    const alive = { signOfLife: async () => String(looks++), quietMilliseconds: 50 };
    await expect(lockFolder(folder, alive)).rejects.toThrow(/process 7 on elsewhere/);
    const dead = {
      ...{ signOfLife: async () => 'the same', quietMilliseconds: 50 },
      onWait: (message: string) => said.push(message),
    };
    const lock = await lockFolder(folder, dead);
    expect(said).toEqual([
      `process 7 on elsewhere has ${folder}: it is taken for dead if it writes nothing for 1 minute`,
    ]);
    await lock.check();
    await writeFile(file, holder); // it wasn't dead after all, and has found its lock gone
    await expect(lock.check()).rejects.toThrow(/Another process has taken over/);
  });

  it('notices if its folder is gone, or locked by another process', async () => {
    const lock = await lockFolder(folder);
    await writeFile(file, JSON.stringify({ host: hostname(), pid: 1 }));
    await expect(lock.check()).rejects.toThrow(/Another process has taken over/);
    await rm(folder, { recursive: true });
    await expect(lock.check()).rejects.toThrow(/was removed while this process was writing there/);
    lock.release();
    await expect(lockFolder(folder)).rejects.toMatchObject({ code: 'file-system' });
  });
});
