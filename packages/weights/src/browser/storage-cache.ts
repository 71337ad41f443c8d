import { ResNetError } from '@resnetjs/core';
import { joinedBytes } from '../joined-bytes.js';
import { plainHash } from '../hub/checksum.js';
import type { ArrivingFile, FileRecord, ListedFile } from '../hub/hub-cache.js';
import type { PartialNote } from '../hub/partial-file.js';
import type { BlobCache } from './memory-cache.js';

// The package is compiled without the DOM's types.
interface Folder {
  readonly kind: 'directory';
  getDirectoryHandle(name: string, options?: { create: boolean }): Promise<Folder>;
  getFileHandle(name: string, options?: { create: boolean }): Promise<StoredFile>;
  removeEntry(name: string, options?: { recursive: boolean }): Promise<void>;
  entries(): AsyncIterable<[string, Folder | StoredFile]>;
}
interface StoredFile {
  readonly kind: 'file';
  getFile(): Promise<Blob>;
  createWritable?(): Promise<{ write(bytes: Uint8Array): Promise<void>; close(): Promise<void> }>;
  /** In workers alone. */
  createSyncAccessHandle?(): Promise<{
    truncate(size: number): void;
    write(bytes: Uint8Array): number;
    close(): void;
  }>;
}
interface PageNavigator {
  readonly storage?: { getDirectory?(): Promise<Folder> };
  readonly locks?: {
    request(name: string, options: { signal?: AbortSignal }, held: () => Promise<void>): Promise<void>;
  };
}

/** What the browser has for a page; nothing where it is missing, or throws. */
function ofNavigator<Key extends keyof PageNavigator>(key: Key): PageNavigator[Key] | undefined {
  try {
    return (globalThis as { navigator?: PageNavigator }).navigator?.[key];
  } catch {
    return undefined;
  }
}

/** In the file system that the browser gives a page's origin. */
const topFolder = 'resnetjs-hub';
/** What arrives is stored so much at a time: a page that is closed loses no more. */
const partBytes = 2 ** 23;
const waitMilliseconds = 500;

/**
 * A cache in the page's own file system; null where there is none, or nothing can be written there. A file of weights is a folder: its
 * parts `0`, `1` and so on, `note.json` of its download, and `source.json` once it is whole.
 */
export async function storageCache(): Promise<BlobCache | null> {
  const top = await topOf();
  if (top === null) return null;
  const folderAt = async (path: string, create = false): Promise<Folder | null> => {
    let folder: Folder | null = top;
    for (const name of path.split('/')) folder = folder && (await child(folder, name, create));
    return folder;
  };
  const partsAt = async (path: string) => {
    const folder = await folderAt(path);
    return folder === null ? [] : partsOf(folder);
  };
  return {
    async find(path) {
      const folder = await folderAt(path);
      const record = folder && ((await readJson(folder, 'source.json')) as FileRecord | null);
      return record !== null && sizeOf(await partsAt(path)) === record.bytes ? record : null;
    },
    lock: (path, options) => locked(path, { ...options, sizeNow: async () => sizeOf(await partsAt(path)) }),
    open: async (path) => openPartial((await folderAt(path, true)) as Folder),
    async readText(path) {
      const [folder, name] = split(path);
      return readText(await folderAt(folder), name);
    },
    async writeText(path, text) {
      const [folder, name] = split(path);
      await write((await folderAt(folder, true)) as Folder, name, new TextEncoder().encode(text));
    },
    async list(under) {
      const folder = under === '' ? top : await folderAt(under);
      return folder === null ? [] : listFiles(folder, under === '' ? [] : [under]);
    },
    async remove(path) {
      const [folder, name] = split(path);
      await (await folderAt(folder))?.removeEntry(name, { recursive: true }).catch(() => {});
    },
    async *read(path) {
      for (const part of await partsAt(path)) yield new Uint8Array(await part.arrayBuffer());
    },
    blob: async (path) => new Blob([...(await partsAt(path))]),
    createHash: plainHash,
  };
}

async function topOf(): Promise<Folder | null> {
  let top: Folder | undefined;
  try {
    const root = await ofNavigator('storage')?.getDirectory?.();
    top = await root?.getDirectoryHandle(topFolder, { create: true });
    if (top !== undefined) await write(top, 'probe', new Uint8Array(1)); // some browsers write in workers alone
  } catch (error) {
    if (!isFull(error)) return null;
  }
  return top ?? null;
}

/** Where there is no more room, what is there can still be read and removed. */
function isFull(error: unknown): boolean {
  return error instanceof ResNetError && error.details.name === fullName;
}

const fullName = 'QuotaExceededError';

function split(path: string): readonly [folder: string, name: string] {
  const slash = path.lastIndexOf('/');
  return [path.slice(0, slash), path.slice(slash + 1)];
}

async function child(folder: Folder, name: string, create: boolean): Promise<Folder | null> {
  try {
    return await folder.getDirectoryHandle(name, { create });
  } catch (error) {
    if (create) throw notStored(error);
    return null;
  }
}

async function readText(folder: Folder | null, name: string): Promise<string | null> {
  try {
    const file = await folder?.getFileHandle(name);
    return file === undefined ? null : await (await file.getFile()).text();
  } catch {
    return null;
  }
}

async function readJson(folder: Folder, name: string): Promise<unknown> {
  try {
    return JSON.parse((await readText(folder, name)) ?? 'null');
  } catch {
    return null;
  }
}

async function write(folder: Folder, name: string, bytes: Uint8Array): Promise<void> {
  try {
    const file = await folder.getFileHandle(name, { create: true });
    if (file.createWritable !== undefined) {
      const writable = await file.createWritable();
      await writable.write(bytes);
      await writable.close();
      return;
    }
    const access = await file.createSyncAccessHandle?.();
    if (access === undefined) throw new Error('this browser writes files in workers alone');
    try {
      access.truncate(0);
      if (access.write(bytes) < bytes.length) throw new DOMException('no room', 'QuotaExceededError');
    } finally {
      access.close();
    }
  } catch (error) {
    throw notStored(error);
  }
}

/** The parts that are there, without a gap; the last one may have been made and not written. */
async function partsOf(folder: Folder): Promise<readonly Blob[]> {
  const parts: Blob[] = [];
  for (;;) {
    const part = await folder.getFileHandle(String(parts.length)).then(
      (file) => file.getFile(),
      () => null,
    );
    if (part === null || part.size === 0) return parts;
    parts.push(part);
  }
}

function sizeOf(parts: readonly Blob[]): number {
  return parts.reduce((sum, { size }) => sum + size, 0);
}

async function openPartial(folder: Folder): Promise<ArrivingFile> {
  const parts = await partsOf(folder);
  let count = parts.length;
  let bytes = sizeOf(parts);
  let note = (await readJson(folder, 'note.json')) as PartialNote | null;
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  const flush = async () => {
    if (waitingBytes === 0) return;
    await write(folder, String(count), joinedBytes(waiting));
    count++;
    waiting = [];
    waitingBytes = 0;
  };
  return {
    get bytes() {
      return bytes;
    },
    get note() {
      return note;
    },
    async restart(said) {
      for (const name of ['source.json', ...Array.from({ length: count }, (_, index) => String(index))]) {
        await folder.removeEntry(name).catch(() => {});
      }
      [count, bytes, waiting, waitingBytes] = [0, 0, [], 0];
      await write(folder, 'note.json', new TextEncoder().encode(JSON.stringify(said)));
      note = said;
    },
    async append(part) {
      waiting.push(part);
      waitingBytes += part.length;
      bytes += part.length;
      if (waitingBytes >= partBytes) await flush();
    },
    async *read() {
      await flush();
      for (const part of await partsOf(folder)) yield new Uint8Array(await part.arrayBuffer());
    },
    async keep(record) {
      await flush();
      await write(folder, 'source.json', new TextEncoder().encode(JSON.stringify(record)));
      await folder.removeEntry('note.json').catch(() => {});
    },
    async close() {
      if (bytes === 0) await folder.removeEntry('note.json').catch(() => {});
      else await flush();
    },
  };
}

interface LockOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onWait: (bytes: number) => void;
  readonly sizeNow: () => Promise<number>;
}

/** Waits for another tab; where there are no locks, for nobody. */
async function locked(path: string, { signal, onWait, sizeNow }: LockOptions): Promise<() => void> {
  const locks = ofNavigator('locks');
  if (locks === undefined) return () => {};
  const timer = setInterval(() => void sizeNow().then(onWait, () => {}), waitMilliseconds);
  try {
    return await new Promise<() => void>((resolve, reject) => {
      const held = () => new Promise<void>((release) => resolve(release));
      locks.request(`${topFolder}/${path}`, signal ? { signal } : {}, held).catch(reject);
    });
  } finally {
    clearInterval(timer);
  }
}

/** No layout has more folders in each other; a repository's own are among them. */
const maxDepth = 16;

async function listFiles(folder: Folder, path: readonly string[]): Promise<readonly ListedFile[]> {
  if (path.length > maxDepth) return [];
  const listed: ListedFile[] = [];
  for await (const [name, entry] of folder.entries()) {
    if (entry.kind !== 'directory') continue;
    const isWhole = (await readText(entry, 'source.json')) !== null;
    const inner = [...path, name];
    if (isWhole || (await readText(entry, 'note.json')) !== null) {
      listed.push({ path: inner.join('/'), bytes: sizeOf(await partsOf(entry)), isPartial: !isWhole });
    } else listed.push(...(await listFiles(entry, inner)));
  }
  return listed;
}

function notStored(cause: unknown): ResNetError {
  const { name, message } = cause as Error;
  const why =
    name === fullName
      ? 'the browser gives this page no more room; remove weights that are no longer needed, or free some of the disk'
      : message;
  return new ResNetError('file-system', `The file could not be stored: ${why}.`, { name }, { cause });
}
