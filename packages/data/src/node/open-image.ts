import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { ResNetError } from '@resnetjs/core/network';

/** No image that we decode needs more; a larger file is refused unread. */
const MAX_BYTES = 2 ** 28;

/** Without O_NONBLOCK, opening a pipe waits for a writer, perhaps forever. Windows has no such pipes. */
const READ_AT_ONCE = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'this user may not read it',
};

/** The bytes of a JPEG, PNG or WebP file, recognized by its first bytes, not its name. Throws `file-system` or `bad-file`. */
export async function openImage(source: string | Uint8Array): Promise<Uint8Array> {
  const name = nameOf(source);
  const bytes = typeof source === 'string' ? await readBytes(source) : source;
  const start = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  const jpeg = start.startsWith('\xff\xd8\xff');
  const png = start.startsWith('\x89PNG\r\n\x1a\n');
  const webp = start.startsWith('RIFF') && start.endsWith('WEBP');
  if (jpeg || png || webp) return bytes;
  const found = bytes.length === 0 ? 'it is empty' : `it begins with ${JSON.stringify(start.slice(0, 8))}`;
  throw badImage(source, `${name} is not a JPEG, PNG or WebP image: ${found}. Convert it or remove it.`);
}

/** What messages call an image: its path, if it has one. */
export function nameOf(source: string | Uint8Array): string {
  return typeof source === 'string' ? source : 'The image';
}

/** A `bad-file` error about an image. */
export function badImage(source: string | Uint8Array, message: string, cause?: unknown): ResNetError {
  return new ResNetError('bad-file', message, { source: nameOf(source) }, { cause });
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
    const { code = '', message: reason } = cause as NodeJS.ErrnoException;
    const message = `${path} cannot be opened: ${reasons[code] ?? reason}.`;
    throw new ResNetError('file-system', message, { source: path }, { cause });
  }
}
