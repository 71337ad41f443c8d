import { rmdirSync, rmSync } from 'node:fs';
import { mkdir, open, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileSystemError } from './file-system-error.js';
import { unfinishedPath } from './write-file.js';

/**
 * Makes a folder and its parents, and checks that files can be written there. Throws `file-system`. Returns a function that
 * removes the folders it made, as long as they are empty; being synchronous, it works while the process exits, too.
 */
export async function prepareFolder(folder: string): Promise<() => void> {
  const made: string[] = [];
  const undo = () => removeEmpty(made);
  try {
    await makeFolders(folder, made);
    await tryWriting(folder);
  } catch (cause) {
    undo();
    throw fileSystemError(`The folder ${folder} can't be written to`, folder, cause, {
      ENOENT: 'no folder can be made there; choose another',
    });
  }
  return undo;
}

/** One by one, because Node's recursive mkdir never returns in a folder where none can be made, such as /proc. */
async function makeFolders(folder: string, made: string[]): Promise<void> {
  const missing: string[] = [];
  let path = resolve(folder);
  while (!(await exists(path))) {
    missing.unshift(path);
    path = dirname(path);
  }
  for (const each of missing) {
    try {
      await mkdir(each);
      made.push(each);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause; // another process made it first
    }
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && dirname(path) !== path) return false;
    throw error;
  }
}

async function tryWriting(folder: string): Promise<void> {
  const probe = unfinishedPath(join(folder, 'resnet'));
  try {
    const handle = await open(probe, 'wx');
    await handle.writeFile('0').finally(() => handle.close());
  } finally {
    rmSync(probe, { force: true });
  }
}

/** Innermost first. */
function removeEmpty(folders: readonly string[]): void {
  for (const folder of folders.toReversed()) {
    try {
      rmdirSync(folder);
    } catch {
      return; // not empty
    }
  }
}
