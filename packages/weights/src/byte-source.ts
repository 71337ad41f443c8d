import { badFile, copyAgain } from './bad-file.js';

/** A file that is read in parts. */
export interface ByteSource {
  /** The file's size in bytes. */
  readonly size: number;
  /**
   * Reads the bytes from `start` up to, and not including, `end` into a new array, which is the caller's: fewer where the
   * file ends before `end`.
   */
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** Reads a part of a file that must be whole. Throws `bad-file` if the file ends before. */
export async function readExactly(
  source: ByteSource,
  start: number,
  end: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const part = await source.read(start, end);
  if (part.length !== end - start) throw badFile(`The file ended while it was read. ${copyAgain}`);
  return part;
}

/**
 * A byte source of bytes in memory, or of a browser's `Blob` or `File`.
 *
 * @example
 * ```ts
 * const [file] = fileInput.files;
 * const checkpoint = await decodeCheckpoint(byteSource(file));
 * ```
 */
export function byteSource(file: Uint8Array | Blob): ByteSource {
  if (file instanceof Uint8Array) {
    return { size: file.length, read: async (start, end) => new Uint8Array(file.subarray(start, end)) };
  }
  return {
    size: file.size,
    read: async (start, end) => new Uint8Array(await file.slice(start, end).arrayBuffer()),
  };
}
