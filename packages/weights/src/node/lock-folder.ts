import { join } from 'node:path';
import { ResNetError } from '@resnetjs/core';
import { type Holder, isHere, takeLock } from '@resnetjs/lock-file';
import { fileSystemError } from './file-system-error.js';

/** A folder that no other process of this kind writes to. */
export interface FolderLock {
  /** Throws `file-system` where the folder, or the lock in it, is no longer there. */
  check(): Promise<void>;
  release(): void;
}

const lockFile = '.resnet.lock';

/** Takes a folder for this process. Throws `file-system`: held by another, or not writable. */
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
      throw new ResNetError('file-system', `Another process has taken the folder ${folder} over.`, { path });
    },
  };
}

function heldBy(folder: string, path: string, holder: Holder): ResNetError {
  const { pid, host } = holder;
  const who = isHere(holder)
    ? `process ${pid}. Wait until it has ended, or stop it: kill ${pid}`
    : `process ${pid} on ${host}. If it runs no more, remove ${path}; otherwise wait for it`;
  return new ResNetError(
    'file-system',
    `Another training writes to ${folder}: ${who}, or choose another folder.`,
    { path },
  );
}
