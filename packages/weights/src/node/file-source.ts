import { type FileHandle, open, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ResNetError } from '@resnetjs/core';
import type { ByteSource } from '../byte-source.js';
import { badFile } from '../bad-file.js';
import { readingError } from './file-system-error.js';

/** The largest array that every supported version of Node can make. */
const maxPartBytes = 2 ** 32 - 1;
/** One read is limited to 2 GiB. */
const maxReadBytes = 2 ** 28;

/** A file on disk, open until `close`. */
export interface FileSource extends ByteSource {
  close(): Promise<void>;
}

/**
 * Opens a file as a byte source, which reads from the disk what it is asked for. Opening and reading throw `file-system`;
 * reading more at once than an array can hold throws `bad-file`.
 *
 * @example
 * ```ts
 * const source = await fileSource('runs/signs/model.safetensors');
 * try {
 *   const { tensors } = await openSafetensors(source);
 *   for (const [name, { shape }] of tensors) console.log(name, shape);
 * } finally {
 *   await source.close();
 * }
 * ```
 */
export async function fileSource(path: string): Promise<FileSource> {
  const handle = await attempt(path, () => open(path, 'r'));
  const { size } = await attempt(path, () => handle.stat());
  return {
    size,
    async read(start, end) {
      const length = Math.max(Math.min(end, size) - start, 0); // before memory is taken for it
      if (length > maxPartBytes) {
        throw badFile(
          `${path} was to be read ${length} bytes at a time, more than the ${maxPartBytes} that fit into memory at once.`,
          { path, length },
        );
      }
      return attempt(path, () => readPart(handle, start, new Uint8Array(length)));
    },
    beside: (name) => fileBeside(path, name),
    close: () => handle.close(),
  };
}

/** A file of the same folder, which is open while it is read alone: a model may have hundreds. */
async function fileBeside(path: string, name: string): Promise<ByteSource> {
  if (basename(name) !== name) throw badFile(`${name} is no file's name.`, { path, name });
  const other = join(dirname(path), name);
  const found = await attempt(other, () => stat(other));
  if (!found.isFile())
    throw badFile(`${other}, which belongs to ${basename(path)}, is no file.`, { path: other });
  return {
    size: found.size,
    async read(start, end) {
      const source = await fileSource(other);
      return source.read(start, end).finally(() => source.close());
    },
  };
}

/** What `read` makes of an open file, which is closed afterwards. A `bad-file` error gets the name in front of its message. */
export async function readAndClose<Result>(
  name: string,
  source: FileSource,
  read: (source: ByteSource) => Promise<Result>,
): Promise<Result> {
  try {
    return await naming(name, () => read(source));
  } finally {
    await source.close();
  }
}

/** Puts a file's name in front of the message of a `bad-file` error. */
async function naming<Result>(name: string, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof ResNetError) || error.code !== 'bad-file') throw error;
    throw badFile(`${name}: ${error.message}`, error.details, error);
  }
}

/** Fills an array from the file, or as much of it as there is. */
async function readPart(handle: FileHandle, start: number, bytes: Uint8Array<ArrayBuffer>) {
  let at = 0;
  while (at < bytes.length) {
    const { bytesRead } = await handle.read(bytes, at, Math.min(bytes.length - at, maxReadBytes), start + at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return bytes.subarray(0, at);
}

async function attempt<Result>(path: string, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (cause) {
    throw readingError(`The file ${path} could not be read`, path, cause);
  }
}
