import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { open, readFile, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ResNetError } from '@resnetjs/core';
import { fileSystemError } from './file-system-error.js';

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
  /** Makes each lock's text its own. */
  readonly nonce?: string;
}

const lockFile = '.resnet.lock';
/** A lock without a holder is one that is just being written; older ones were left by a process that was killed. */
const writingMilliseconds = 2000;
const attempts = 300;

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
    nonce: randomBytes(8).toString('hex'),
  } satisfies Holder);
  for (let attempt = 0; attempt < attempts; attempt++) {
    const found = await take(path, own).catch((cause) => {
      throw fileSystemError(`The folder ${folder} can't be locked`, path, cause);
    });
    if (found === 'taken') return held(folder, path, own);
    if (found !== 'try again') throw heldBy(folder, path, found);
    await setTimeout(10 + 10 * Math.random());
  }
  throw new ResNetError(
    'file-system',
    `The folder ${folder} can't be locked: ${path} comes back again and again.`,
    { path },
  );
}

/** Takes a lock that is free, or clears one that is stale; else returns who has it. */
async function take(path: string, own: string): Promise<'taken' | 'try again' | Holder> {
  if (await create(path, own)) return 'taken';
  const found = await holderOf(path);
  if (found === null) return 'try again'; // released just now, or being written
  if (found.holder !== null && mayLive(found.holder)) return found.holder;

  // One alone may clear it: who holds a second lock, named for the text of the stale one. That text never comes back, so
  // what is found to stand there still can't be anybody's new lock. A second lock may be stale itself; so it is taken likewise.
  const digest = createHash('sha256').update(found.text).digest('hex').slice(0, 12);
  const second = `${path}.${digest}.tmp`;
  if ((await take(second, own)) !== 'taken') return 'try again';
  try {
    if ((await holderOf(path))?.text === found.text) await rm(path, { force: true });
  } finally {
    await rm(second, { force: true });
  }
  return 'try again';
}

/** False where the file is there already. */
async function create(path: string, content: string): Promise<boolean> {
  try {
    const handle = await open(path, 'wx');
    try {
      await handle.writeFile(content);
    } catch (cause) {
      await rm(path, { force: true }); // the disk is full
      throw cause;
    } finally {
      await handle.close();
    }
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw cause;
  }
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

/** What stands in a lock, its holder null where a killed process left it half written; null itself for one that is free or young. */
async function holderOf(path: string): Promise<{ text: string; holder: Holder | null } | null> {
  try {
    const text = await readFile(path, 'utf8');
    const holder = parseHolder(text);
    if (holder === null && Date.now() - (await stat(path)).mtimeMs < writingMilliseconds) return null;
    return { text, holder };
  } catch {
    return null;
  }
}

function heldBy(folder: string, path: string, { pid, host }: Holder): ResNetError {
  const who =
    host === hostname()
      ? `process ${pid}. Wait until it has ended, or stop it: kill ${pid}`
      : `process ${pid} on ${host}. If it runs no more, remove ${path}; otherwise wait for it`;
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

/** Whether the process may still be there; of another machine's, nobody here can know. */
function mayLive({ pid, host, born }: Holder): boolean {
  if (host !== hostname()) return true;
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
