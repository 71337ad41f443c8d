import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ResNetError } from '@resnetjs/core';
import { fileSystemError } from './file-system-error.js';

/** Options of `writeFileAtomically`. */
export interface WriteFileOptions {
  /** Called when everything is written, before the file gets its name. */
  readonly beforeRename?: () => Promise<void>;
}

const unfinishedName = /^\..+\.[0-9a-f]{12}\.tmp$/;

/** The name of a file until it is complete, by which `removeUnfinished` finds it if the process is killed. */
export function unfinishedPath(file: string): string {
  return join(dirname(file), `.${basename(file)}.${randomBytes(6).toString('hex')}.tmp`);
}

/**
 * Writes a file atomically, from its bytes or their parts: until it is complete and on the disk, the previous file stays.
 * Throws `file-system`; a `ResNetError` of the parts is thrown as it is.
 */
export async function writeFileAtomically(
  file: string,
  content: Uint8Array | AsyncIterable<Uint8Array>,
  options: WriteFileOptions = {},
): Promise<void> {
  const folder = dirname(file);
  const unfinished = unfinishedPath(file);
  const remove = () => rmSync(unfinished, { force: true });
  process.once('exit', remove);
  try {
    const handle = await open(unfinished, 'wx');
    try {
      const parts = content instanceof Uint8Array ? [content] : content;
      for await (const part of parts) await handle.writeFile(part); // each is appended
      await handle.sync();
    } finally {
      await handle.close();
    }
    await options.beforeRename?.();
    await rename(unfinished, file);
  } catch (cause) {
    await rm(unfinished, { force: true }).catch(() => {});
    if (cause instanceof ResNetError) throw cause;
    throw fileSystemError(`${file} could not be written`, file, cause);
  } finally {
    process.off('exit', remove);
  }
  await syncFolder(folder);
}

/** Removes the unfinished files that killed processes left in a folder. No other process may be writing there. */
export async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (unfinishedName.test(name)) await rm(join(folder, name), { force: true }).catch(() => {});
  }
}

/** Makes new names in a folder survive a power cut, if the system can. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch {
    // Windows can't open folders; the file itself is safe.
  }
}
