import { ResNetError } from '@resnetjs/core';
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
  /**
   * Another file of the same folder, by its name, for a format of several files. Throws `file-system` if it can't be read. Missing
   * where nothing is known of a folder.
   */
  beside?(name: string): Promise<ByteSource>;
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
 * @param beside the files of its folder, for a format of several files; their names alone count
 *
 * @example
 * ```ts
 * const [file] = fileInput.files;
 * const checkpoint = await decodeCheckpoint(byteSource(file));
 * ```
 * @example
 * ```ts
 * const files = [...fileInput.files]; // model.json and its shards
 * const model = files.find(({ name }) => name === 'model.json');
 * const classifier = await readClassifier(byteSource(model, files));
 * ```
 */
export function byteSource(file: Uint8Array | Blob, beside?: Iterable<NamedBlob>): ByteSource {
  const own = sourceOf(file);
  if (beside === undefined) return own;
  const named = new Map([...beside].map((each) => [each.name, each]));
  return {
    ...own,
    async beside(name) {
      const found = named.get(name);
      if (found !== undefined) return sourceOf(found);
      throw new ResNetError('file-system', `${name} was not given with it. Give all of the model's files.`, {
        path: name,
      });
    },
  };
}

/** A browser's `File`. */
export type NamedBlob = Blob & { readonly name: string };

function sourceOf(file: Uint8Array | Blob): ByteSource {
  if (file instanceof Uint8Array) {
    return { size: file.length, read: async (start, end) => new Uint8Array(file.subarray(start, end)) };
  }
  return {
    size: file.size,
    read: async (start, end) => new Uint8Array(await file.slice(start, end).arrayBuffer()),
  };
}
