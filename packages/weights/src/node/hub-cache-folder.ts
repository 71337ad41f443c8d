import { createHash } from 'node:crypto';
import { createReadStream, type Dirent } from 'node:fs';
import { type FileHandle, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ResNetError } from '@resnetjs/core';
import { safeParse } from '@resnetjs/recipe';
import { type Holder, isHere, takeLock } from '@resnetjs/lock-file';
import * as z from 'zod/mini';
import type { ArrivingFile, FileRecord, HubCache, ListedFile } from '../hub/hub-cache.js';
import { fileSystemError } from './file-system-error.js';
import { prepareFolder } from './prepare-folder.js';
import { syncFolder } from './write-file.js';

const size = z.int().check(z.minimum(0));
const recordSchema = z.object({
  url: z.string(),
  bytes: size,
  checksum: z.nullable(z.object({ kind: z.enum(['sha256', 'md5', 'git']), digest: z.string() })),
});
const noteSchema = z.object({ url: z.string(), etag: z.nullable(z.string()), of: z.nullable(size) });

/** Another process is looked at so often. */
const waitMilliseconds = 200;
/** After so long without a byte of its a process that can't be checked counts as gone. */
const maxWaitMilliseconds = 10 * 60 * 1000;

/**
 * A cache in a folder. Beside a file, `.NAME.source.json` says where it is from; while it arrives, it is `NAME.partial`, with
 * `.NAME.partial.json`, and `.NAME.lock` is the process that downloads it.
 */
export function hubCacheFolder(root: string): HubCache {
  const pathOf = (path: string) => join(root, ...partsOf(path));
  const find = async (path: string): Promise<FileRecord | null> => {
    const file = pathOf(path);
    const bytes = await sizeOf(file);
    if (bytes === null) return null;
    const record = await readJson(beside(file, '.source.json'), recordSchema);
    if (record === null) return { url: '', bytes, checksum: null }; // put there by hand
    return record.bytes === bytes ? record : null;
  };
  return {
    find,
    lock: (path, options) => lockFile(pathOf(path), options),
    open: (path) => openPartial(pathOf(path)),
    readText: (path) => readFile(pathOf(path), 'utf8').catch(() => null),
    async writeText(path, text) {
      const file = pathOf(path);
      await prepareFolder(dirname(file));
      await writeFile(file, text).catch((cause) => {
        throw fileSystemError(`${file} could not be written`, file, cause);
      });
    },
    list: (under) => listFiles(root, partsOf(under)),
    async remove(path) {
      const file = pathOf(path);
      const others = ['.source.json', '.partial.json'].map((ending) => beside(file, ending));
      for (const each of [file, `${file}.partial`, ...others]) await removeFile(each);
    },
    read: (path) => createReadStream(pathOf(path), { highWaterMark: 2 ** 20 }),
    createHash(name) {
      const hash = createHash(name);
      return { update: (part) => hash.update(part), digest: () => hash.digest('hex') };
    },
  };
}

/** The parts of a path; each names something in the folder before it, and nothing elsewhere. */
function partsOf(path: string): readonly string[] {
  const parts = path === '' ? [] : path.split('/');
  if (parts.every((part) => /^(?!\.{1,2}$)[\w.%-]+$/.test(part))) return parts;
  throw new ResNetError('bad-option', `"${path}" is no path in the cache.`, { path });
}

/** A file that belongs to another. */
function beside(file: string, ending: string): string {
  return join(dirname(file), `.${basename(file)}${ending}`);
}

async function sizeOf(file: string): Promise<number | null> {
  const found = await stat(file).catch(() => null);
  return found?.isFile() ? found.size : null;
}

async function readJson<Schema extends z.ZodMiniType>(
  file: string,
  schema: Schema,
): Promise<z.output<Schema> | null> {
  try {
    const result = safeParse(schema, JSON.parse(await readFile(file, 'utf8')));
    return result.success ? result.data : null;
  } catch {
    return null;
  }
}

interface LockOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onWait: (bytes: number) => void;
}

/** Waits for the process that downloads a file. */
async function lockFile(file: string, { signal, onWait }: LockOptions): Promise<() => void> {
  await prepareFolder(dirname(file));
  const path = beside(file, '.lock');
  let last = { bytes: -1, since: Date.now() };
  for (;;) {
    signal?.throwIfAborted();
    const taken = await takeLock(path).catch((cause) => {
      throw fileSystemError(`${file} can't be locked`, path, cause);
    });
    if ('lock' in taken) return () => taken.lock.release();
    const bytes = (await sizeOf(`${file}.partial`)) ?? 0;
    if (bytes !== last.bytes) last = { bytes, since: Date.now() };
    if (Date.now() - last.since > maxWaitMilliseconds) throw heldBy(file, path, taken.holder);
    onWait(bytes);
    await setTimeout(waitMilliseconds, undefined, signal ? { signal } : {}).catch(() => {});
  }
}

function heldBy(file: string, path: string, holder: Holder): ResNetError {
  const who = `process ${holder.pid}${isHere(holder) ? '' : ` on ${holder.host}`}`;
  return new ResNetError(
    'file-system',
    `${who} downloads ${file}, but nothing has come for ${maxWaitMilliseconds / 60_000} minutes. If it is no longer running, remove ${path}.`,
    { path },
  );
}

async function openPartial(file: string): Promise<ArrivingFile> {
  const path = `${file}.partial`;
  const notePath = beside(file, '.partial.json');
  const attempt = async <Result>(action: () => Promise<Result>): Promise<Result> => {
    try {
      return await action();
    } catch (cause) {
      throw fileSystemError(`${path} could not be written`, path, cause);
    }
  };
  await prepareFolder(dirname(file));
  const handle = await attempt(() => open(path, 'a'));
  let { size: bytes } = await attempt(() => handle.stat());
  let note = await readJson(notePath, noteSchema);
  let isOpen = true;
  const close = async () => {
    if (!isOpen) return;
    isOpen = false;
    await handle.close();
    if (bytes > 0) return;
    for (const each of [path, notePath]) await removeFile(each);
  };
  return {
    get bytes() {
      return bytes;
    },
    get note() {
      return note;
    },
    restart: (said) =>
      attempt(async () => {
        if (bytes > 0) await handle.truncate(0); // before the note, which is true of nothing then
        await writeFile(notePath, JSON.stringify(said));
        [bytes, note] = [0, said];
      }),
    append: (part) =>
      attempt(async () => {
        bytes += await appended(handle, part);
      }),
    read: () => createReadStream(path, { highWaterMark: 2 ** 20 }),
    async keep(record) {
      await attempt(() => handle.sync());
      isOpen = false;
      await handle.close();
      await attempt(() => writeFile(beside(file, '.source.json'), JSON.stringify(record)));
      await attempt(() => rename(path, file));
      await removeFile(notePath);
      await syncFolder(dirname(file));
    },
    close,
  };
}

/** A disk that fills up takes a part of a part. */
async function appended(handle: FileHandle, part: Uint8Array): Promise<number> {
  for (let at = 0; at < part.length; ) at += (await handle.write(part, at)).bytesWritten;
  return part.length;
}

async function removeFile(file: string): Promise<void> {
  await rm(file, { force: true }).catch((cause) => {
    throw fileSystemError(`${file} could not be removed`, file, cause);
  });
}

/** No layout has more folders in each other; a repository's own are among them. */
const maxDepth = 16;

async function listFiles(root: string, under: readonly string[]): Promise<readonly ListedFile[]> {
  if (under.length > maxDepth) return [];
  const entries = await readdir(join(root, ...under), { withFileTypes: true }).catch((): Dirent[] => []);
  const listed: ListedFile[] = [];
  for (const { name } of entries.filter((each) => each.isDirectory())) {
    listed.push(...(await listFiles(root, [...under, name])));
  }
  for (const { name } of entries.filter((each) => each.isFile() && !each.name.startsWith('.'))) {
    const bytes = await sizeOf(join(root, ...under, name));
    if (bytes === null) continue;
    const isPartial = name.endsWith('.partial');
    listed.push({ path: [...under, name.replace(/\.partial$/, '')].join('/'), bytes, isPartial });
  }
  return listed;
}
