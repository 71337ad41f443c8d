import { plainHash } from '../hub/checksum.js';
import type { FileRecord, HubCache } from '../hub/hub-cache.js';
import { memoryFile } from '../hub/memory-file.js';

/** A cache whose files can be had as blobs. */
export interface BlobCache extends HubCache {
  /** The bytes of a whole file. Throws if there is none. */
  blob(path: string): Promise<Blob>;
}

/** A cache that lasts as long as the page. */
export function memoryCache(): BlobCache {
  const files = new Map<
    string,
    { readonly file: ReturnType<typeof memoryFile>; record: FileRecord | null }
  >();
  const texts = new Map<string, string>();
  const fileAt = (path: string) => {
    const found = files.get(path) ?? { file: memoryFile(), record: null };
    files.set(path, found);
    return found;
  };
  const read = (path: string) => fileAt(path).file.read();
  return {
    find: async (path) => files.get(path)?.record ?? null,
    lock: async () => () => {},
    async open(path) {
      const entry = fileAt(path);
      return Object.assign(Object.create(entry.file), {
        async keep(record: FileRecord) {
          entry.record = record;
        },
        async close() {
          if (entry.file.bytes === 0) files.delete(path);
        },
      });
    },
    readText: async (path) => texts.get(path) ?? null,
    async writeText(path, text) {
      texts.set(path, text);
    },
    async list(under) {
      return [...files].flatMap(([path, { file, record }]) =>
        path.startsWith(under) ? [{ path, bytes: file.bytes, isPartial: record === null }] : [],
      );
    },
    async remove(path) {
      files.delete(path);
    },
    read,
    async blob(path) {
      const parts: Uint8Array<ArrayBuffer>[] = [];
      for await (const part of read(path)) parts.push(part as Uint8Array<ArrayBuffer>);
      return new Blob(parts);
    },
    createHash: plainHash,
  };
}
