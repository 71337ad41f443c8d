import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ResNetError } from '@resnetjs/core';
import { type Holder, isHere, takeLock } from '@resnetjs/lock-file';
import { fileSystemError } from './file-system-error.js';

/** A lock on a folder, which other processes that call `lockFolder` respect. */
export interface FolderLock {
  /** Throws `file-system` if the folder is gone, or the lock in it is gone or another process's. */
  check(): Promise<void>;
  /** Gives the folder back. */
  release(): void;
}

/** Options of `lockFolder`. */
export interface LockFolderOptions {
  /**
   * A text that changes while the lock's holder works. A process of another machine can't be asked whether it still runs: with this, it is
   * watched, and where the text stays the same for `quietMilliseconds`, its lock does not count. Default: it always does.
   */
  readonly signOfLife?: () => Promise<string>;
  /** Default: three minutes. */
  readonly quietMilliseconds?: number;
  /** Called before it watches, with what to say. */
  readonly onWait?: (message: string) => void;
}

const lockFile = '.resnet.lock';
const looksApart = 1000;

/**
 * Locks an existing folder for this process; the lock of a process that has died does not count. Throws `file-system` if
 * another process has the lock, or the folder is not writable.
 *
 * @example
 * ```ts
 * const lock = await lockFolder('runs/signs');
 * try {
 *   await writeModelFile('runs/signs', await encodeClassifier(classifier));
 * } finally {
 *   lock.release();
 * }
 * ```
 */
export async function lockFolder(folder: string, options: LockFolderOptions = {}): Promise<FolderLock> {
  const path = join(folder, lockFile);
  const take = (abandoned?: Holder) =>
    takeLock(path, abandoned).catch((cause) => {
      throw fileSystemError(`The folder ${folder} can't be locked`, path, cause);
    });
  let found = await take();
  if ('holder' in found && !isHere(found.holder) && (await isQuiet(folder, found.holder, options)))
    found = await take(found.holder);
  if ('holder' in found) throw heldBy(folder, path, found.holder);
  const { lock } = found;
  return {
    release: () => lock.release(),
    async check() {
      const stands = await lock.stands().catch((cause) => {
        throw fileSystemError(`The folder ${folder} can't be written to`, folder, cause, {
          ENOENT: 'it, or the lock in it, was removed while this process was writing there',
        });
      });
      if (stands) return;
      throw new ResNetError('file-system', `Another process has taken over the folder ${folder}.`, { path });
    },
  };
}

/** Whether a holder on another machine shows no sign of life for as long as it should. */
async function isQuiet(
  folder: string,
  { pid, host }: Holder,
  { signOfLife, quietMilliseconds = 180_000, onWait }: LockFolderOptions,
): Promise<boolean> {
  if (signOfLife === undefined) return false;
  const minutes = Math.ceil(quietMilliseconds / 60_000);
  onWait?.(
    `process ${pid} on ${host} has ${folder}: it is taken for dead if it writes nothing for ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`,
  );
  const before = await signOfLife();
  const end = performance.now() + quietMilliseconds;
  while (performance.now() < end) {
    await setTimeout(Math.min(looksApart, quietMilliseconds));
    if ((await signOfLife()) !== before) return false;
  }
  return true;
}

function heldBy(folder: string, path: string, holder: Holder): ResNetError {
  const { pid, host } = holder;
  const who = isHere(holder)
    ? `process ${pid}. Wait until it has ended, or stop it: kill ${pid}`
    : `process ${pid} on ${host}. If it is no longer running, remove ${path}; otherwise wait for it`;
  return new ResNetError(
    'file-system',
    `Another process writes to ${folder}: ${who}, or choose another folder.`,
    { path },
  );
}
