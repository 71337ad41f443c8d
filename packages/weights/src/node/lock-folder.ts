import { join } from 'node:path';
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

const lockFile = '.resnet.lock';

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
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = join(folder, lockFile);
  const found = await takeLock(path).catch((cause) => {
    throw fileSystemError(`The folder ${folder} can't be locked`, path, cause);
  });
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
