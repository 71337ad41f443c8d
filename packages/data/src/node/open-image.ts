import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { ResNetError } from '@resnetjs/core/network';
import type { ImageKind } from '../pixels/file-parts.js';
import { imageHeader } from '../pixels/image-header.js';

/** No image that we decode needs more; a larger file is refused unread. */
export const MAX_BYTES = 2 ** 28;

/** Without O_NONBLOCK, opening a pipe waits for a writer, perhaps forever. Windows has no such pipes. */
const READ_AT_ONCE = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'this user may not read it',
};

/** A path, a file's bytes, or the bytes of a file that has a name all the same. */
export type ImageFile = string | Uint8Array | { readonly name: string; readonly bytes: Uint8Array };

/** A JPEG, PNG or WebP file, recognized by its first bytes, not its name. Throws `file-system`, `bad-file` or `bad-option`. */
export async function openImage(source: ImageFile): Promise<{ kind: ImageKind; bytes: Uint8Array }> {
  const isFile = typeof source === 'string' || (typeof source === 'object' && source !== null);
  if (!isFile || (typeof source === 'object' && !(source instanceof Uint8Array || 'bytes' in source))) {
    const message = "An image is given by its file's path, or by its file's bytes as a Uint8Array.";
    throw new ResNetError('bad-option', message);
  }
  const bytes =
    typeof source === 'string' ? await readBytes(source) : 'bytes' in source ? source.bytes : source;
  const kind = imageHeader(bytes)?.kind;
  if (kind !== undefined) return { kind, bytes };
  const start = Buffer.from(bytes.subarray(0, 8)).toString('latin1');
  const found = bytes.length === 0 ? 'it is empty' : `it begins with ${JSON.stringify(start)}`;
  const message = `${nameOf(source)} is not a JPEG, PNG or WebP image: ${found}. Convert it or remove it.`;
  throw badImage(source, message);
}

/** What messages call an image: its path, if it has one. */
export function nameOf(source: ImageFile): string {
  if (typeof source === 'string') return source;
  return 'name' in source ? source.name : 'The image';
}

/** A `bad-file` error about an image. */
export function badImage(source: ImageFile, message: string, cause?: unknown): ResNetError {
  return new ResNetError('bad-file', message, { source: nameOf(source) }, { cause });
}

/** A `file-system` error about a path that can't be opened. */
export function openingError(path: string, cause: unknown, reason = reasonOf(cause)): ResNetError {
  // A name that is no UTF-8 reaches a program with this character in it, and is not found.
  const hint = path.includes('\ufffd') ? ' Its name is not UTF-8: rename it, for example with convmv.' : '';
  return new ResNetError(
    'file-system',
    `${path} cannot be opened: ${reason}.${hint}`,
    { source: path },
    { cause },
  );
}

function reasonOf(cause: unknown): string {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  return reasons[code] ?? message;
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    const handle = await open(path, READ_AT_ONCE);
    try {
      const status = await handle.stat();
      if (status.isDirectory()) throw badImage(path, `${path} is a folder. Give image files.`);
      if (!status.isFile()) throw badImage(path, `${path} is not a file.`);
      if (status.size > MAX_BYTES) {
        const message = `${path} has ${status.size} bytes; the limit is ${MAX_BYTES}. Make it smaller or remove it.`;
        throw badImage(path, message);
      }
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (cause) {
    if (cause instanceof ResNetError) throw cause;
    throw openingError(path, cause);
  }
}
