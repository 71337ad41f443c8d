import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ResNetError } from '@resnetjs/core';
import type { FileToWrite } from '../containers/container.js';
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
  await unfinished([file], async ([path = '']) => {
    await writeNew(path, content);
    await options.beforeRename?.();
    await rename(path, file);
  });
  await syncFolder(dirname(file));
}

/**
 * Writes a file and those that belong beside it: until all are complete and on the disk, the previous ones stay, and at no time
 * does the file stand beside others than its own. Files beside a previous one are removed whose names differ from the new ones' in
 * numbers alone. Throws as `writeFileAtomically` does.
 *
 * @returns the paths of all files, that of the first first
 *
 * @example
 * ```ts
 * await writeFilesAtomically('web_model/model.json', encodeWeights(opened, { to: 'tfjs' }));
 * ```
 */
export async function writeFilesAtomically(
  file: string,
  { parts, beside }: { readonly parts: AsyncIterable<Uint8Array>; readonly beside: readonly FileToWrite[] },
): Promise<readonly string[]> {
  const folder = dirname(file);
  const others = beside.map((each) => ({ path: join(folder, each.name), parts: each.parts }));
  const files = [...others, { path: file, parts }];
  await unfinished(
    files.map(({ path }) => path),
    async (paths) => {
      for (const [index, each] of files.entries()) await writeNew(paths[index] as string, each.parts);
      const isThere = beside.length > 0 && (await readdir(folder)).includes(basename(file));
      const previous = isThere ? await similarFiles(folder, beside) : [];
      if (isThere) await rm(file).then(() => syncFolder(folder));
      for (const [index, { path }] of files.entries()) await rename(paths[index] as string, path);
      for (const name of previous) await rm(join(folder, name), { force: true });
    },
  );
  await syncFolder(folder);
  return [file, ...others.map(({ path }) => path)];
}

/** The names in a folder that differ from some names in their numbers alone. */
async function similarFiles(folder: string, files: readonly FileToWrite[]): Promise<readonly string[]> {
  const withoutNumbers = (name: string) => name.replace(/\d+/g, '0');
  const names = new Set(files.map(({ name }) => name));
  const kinds = new Set([...names].map(withoutNumbers));
  return (await readdir(folder)).filter((name) => !names.has(name) && kinds.has(withoutNumbers(name)));
}

/** Gives `work` the paths of files until they are complete; what is left there is removed, at the latest as the process ends. */
async function unfinished(
  files: readonly string[],
  work: (paths: readonly string[]) => Promise<void>,
): Promise<void> {
  const paths = files.map(unfinishedPath);
  const remove = () => {
    for (const path of paths) rmSync(path, { force: true });
  };
  process.once('exit', remove);
  try {
    await work(paths);
  } catch (cause) {
    if (cause instanceof ResNetError) throw cause;
    const [file = ''] = files.slice(-1);
    throw fileSystemError(`${file} could not be written`, file, cause);
  } finally {
    process.off('exit', remove);
    remove();
  }
}

async function writeNew(path: string, content: Uint8Array | AsyncIterable<Uint8Array>): Promise<void> {
  const handle = await open(path, 'wx');
  try {
    const parts = content instanceof Uint8Array ? [content] : content;
    for await (const part of parts) await handle.writeFile(part); // each is appended
    await handle.sync();
  } finally {
    await handle.close();
  }
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
