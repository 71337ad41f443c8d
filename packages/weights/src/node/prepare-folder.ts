import { mkdir, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { fileSystemError } from './write-file.js';

/**
 * Makes a folder, with those above it, and makes sure that files can be written there. Throws `file-system`.
 * Returns what undoes it: removes the folders that it made, as far as they are empty.
 */
export async function prepareFolder(folder: string): Promise<() => Promise<void>> {
  let first: string | undefined;
  const undo = () => removeEmpty(resolve(folder), first);
  try {
    first = await mkdir(folder, { recursive: true });
    await tryWriting(folder);
  } catch (cause) {
    await undo();
    throw fileSystemError(`The folder ${folder} can't be written to`, folder, cause);
  }
  return undo;
}

async function tryWriting(folder: string): Promise<void> {
  const probe = join(folder, `.resnet-${process.pid}.tmp`);
  try {
    const handle = await open(probe, 'wx');
    await handle.writeFile('0').finally(() => handle.close());
  } finally {
    rmSync(probe, { force: true });
  }
}

async function removeEmpty(folder: string, first: string | undefined): Promise<void> {
  if (first === undefined) return;
  for (let path = folder; path.length >= resolve(first).length; path = dirname(path)) {
    try {
      await rmdir(path);
    } catch {
      return;
    }
  }
}
