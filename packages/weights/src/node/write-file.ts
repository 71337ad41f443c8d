import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ResNetError } from '@resnetjs/core';
import { fileSystemError } from './file-system-error.js';

interface WriteOptions {
  /** Called when all is written, before the file is put in its place. */
  readonly whole?: () => Promise<void>;
}

const unfinishedName = /^\..+\.[0-9a-f]{12}\.tmp$/;

/** What a file is called until it is whole; `removeUnfinished` knows it by that, should the process be killed. */
export function unfinishedPath(file: string): string {
  return join(dirname(file), `.${basename(file)}.${randomBytes(6).toString('hex')}.tmp`);
}

/**
 * Writes a file whole or not at all, from its bytes or their parts: until it is complete, what was there before stays.
 * Throws `file-system`, and what the parts throw.
 */
export async function writeFileAtomically(
  file: string,
  content: Uint8Array | AsyncIterable<Uint8Array>,
  options: WriteOptions = {},
): Promise<void> {
  const folder = dirname(file);
  const unfinished = unfinishedPath(file);
  const remove = () => rmSync(unfinished, { force: true });
  process.once('exit', remove);
  try {
    const handle = await open(unfinished, 'wx');
    try {
      const parts = content instanceof Uint8Array ? [content] : content;
      for await (const part of parts) await handle.writeFile(part); // each goes behind the one before
      await handle.sync();
    } finally {
      await handle.close();
    }
    await options.whole?.();
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

/** Removes what writers that were killed left in a folder. No other process may be writing there. */
export async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (unfinishedName.test(name)) await rm(join(folder, name), { force: true }).catch(() => {});
  }
}

/** Makes new names in a folder last through a power cut, where the system can. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch {
    // Windows does not open folders; the file itself is safe.
  }
}
