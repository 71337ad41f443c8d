import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ResNetError } from '@resnetjs/core';

/** Writes a file whole or not at all: until it is complete, what was there before stays. Throws `file-system`. */
export async function writeFileAtomically(file: string, bytes: Uint8Array): Promise<void> {
  const folder = dirname(file);
  const unfinished = join(folder, `.${basename(file)}.${randomBytes(6).toString('hex')}.tmp`);
  const remove = () => rmSync(unfinished, { force: true });
  process.once('exit', remove);
  try {
    const handle = await open(unfinished, 'wx');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(unfinished, file);
  } catch (cause) {
    await rm(unfinished, { force: true }).catch(() => {});
    throw fileSystemError(`${file} could not be written`, file, cause);
  } finally {
    process.off('exit', remove);
  }
  await syncFolder(folder);
}

/** Makes the new name last through a power cut, where the system can. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch {
    // Windows does not open folders; the file itself is safe.
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write there; choose another folder, or change its permissions',
  EPERM: 'this user may not do that there; choose another folder, or change its permissions',
  EROFS: 'that file system is read-only; choose another folder',
  ENOSPC: 'the disk is full; make room, or choose another folder',
  EDQUOT: 'your share of the disk is used up; make room, or choose another folder',
  ENOTDIR: 'a part of that path is a file, not a folder; choose another folder',
  EEXIST: 'there is a file of that name; choose another folder',
  EISDIR: 'that is a folder; give a file',
  ENOENT: 'there is no such file or folder; check the path',
};

/** What the file system refused, in words. */
export function fileSystemError(
  what: string,
  path: string,
  cause: unknown,
  moreReasons: Readonly<Record<string, string>> = {},
): ResNetError {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  const reason = moreReasons[code] ?? reasons[code] ?? message;
  return new ResNetError(
    'file-system',
    `${what}: ${reason}${code ? ` (${code})` : ''}.`,
    { path, code },
    { cause },
  );
}
