import { readFileSync, rmSync } from 'node:fs';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ResNetError } from '@resnetjs/core';
import { fileSystemError } from './write-file.js';

/** A folder that no other process of this kind writes to. */
export interface FolderLock {
  /** Throws `file-system` where the folder, or the lock in it, is no longer there. */
  check(): Promise<void>;
  release(): void;
}

/** What stands in a lock's file: the process that holds it. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Tells processes apart that had the same number one after the other; null where the system doesn't say. */
  readonly born: string | null;
}

const lockFile = '.resnet.lock';
/** A lock without a holder is one that is just being written; older ones were left by a process that was killed. */
const writingMilliseconds = 2000;
const attempts = 100;

/**
 * Takes a folder for this process. The lock is known to be stale when its process is no more, so that nobody waits after a
 * `kill -9`, and a process that computes for minutes without a pause keeps it. Throws `file-system`: held, or not writable.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = join(folder, lockFile);
  const own = JSON.stringify({
    pid: process.pid,
    host: hostname(),
    born: bornOf(process.pid),
  } satisfies Holder);
  for (let attempt = 0; attempt < attempts; attempt++) {
    try {
      await writeFile(path, own, { flag: 'wx' });
      return held(folder, path, own);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw fileSystemError(`The folder ${folder} can't be locked`, path, cause);
      }
    }
    await removeStale(folder, path);
  }
  throw new ResNetError(
    'file-system',
    `The folder ${folder} can't be locked: ${path} comes back again and again.`,
    {
      path,
    },
  );
}

function held(folder: string, path: string, own: string): FolderLock {
  const release = () => {
    process.off('exit', release);
    try {
      if (readFileSync(path, 'utf8') === own) rmSync(path);
    } catch {
      // It went with its folder.
    }
  };
  process.once('exit', release);
  return {
    release,
    async check() {
      const found = await readFile(path, 'utf8').catch((cause) => {
        throw fileSystemError(`The folder ${folder} can't be written to`, folder, cause, {
          ENOENT: 'it, or the lock in it, was removed while this process was writing there',
        });
      });
      if (found === own) return;
      throw new ResNetError(
        'file-system',
        `Another process has taken the folder ${folder} over (${found}).`,
        {
          path,
        },
      );
    },
  };
}

/** Returns when the lock may be tried again; throws where its process lives, or may live. */
async function removeStale(folder: string, path: string): Promise<void> {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return; // it was released just now
  const holder = parseHolder(text);
  if (holder === null) {
    const age = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age < writingMilliseconds) {
      await setTimeout(50);
      return;
    }
  } else if (holder.host !== hostname()) {
    throw heldBy(
      folder,
      path,
      `process ${holder.pid} on ${holder.host}. If it runs no more, remove ${path}; otherwise wait for it`,
    );
  } else if (lives(holder)) {
    throw heldBy(
      folder,
      path,
      `process ${holder.pid}. Wait until it has ended, or stop it: kill ${holder.pid}`,
    );
  }
  // Renamed, so that of several processes that find the lock stale one alone gets it.
  const taken = `${path}.${process.pid}`;
  try {
    await rename(path, taken);
  } catch {
    return;
  }
  // Between reading and renaming, another process may have put its own lock there: it goes back.
  const changed = (await readFile(taken, 'utf8').catch(() => text)) !== text;
  await (changed ? rename(taken, path) : rm(taken, { force: true }));
}

function heldBy(folder: string, path: string, who: string): ResNetError {
  return new ResNetError(
    'file-system',
    `Another training writes to ${folder}: ${who}, or choose another folder.`,
    { path },
  );
}

function parseHolder(text: string): Holder | null {
  try {
    const { pid, host, born } = JSON.parse(text) as Partial<Holder>;
    if (!Number.isSafeInteger(pid) || (pid as number) <= 0 || typeof host !== 'string') return null;
    return { pid: pid as number, host, born: born ?? null };
  } catch {
    return null;
  }
}

function lives({ pid, born }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const now = bornOf(pid);
  return born === null || now === null || now === born;
}

/** On Linux, when a process began, in ticks since the machine did, with which start of the machine that was. */
function bornOf(pid: number): string | null {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = status.slice(status.lastIndexOf(')') + 2).split(' '); // the name before may hold anything
    if (fields[0] === 'Z') return 'dead';
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${fields[19]}`;
  } catch {
    return null;
  }
}
