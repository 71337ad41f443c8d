/** A file that is read in parts; each part read is new, and the reader's. */
export interface ByteSource {
  /** In bytes. */
  readonly size: number;
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** A file in memory, or one that a browser holds. */
export function byteSource(file: Uint8Array | Blob): ByteSource {
  if (file instanceof Uint8Array) {
    return { size: file.length, read: async (start, end) => Uint8Array.from(file.subarray(start, end)) };
  }
  return {
    size: file.size,
    read: async (start, end) => new Uint8Array(await file.slice(start, end).arrayBuffer()),
  };
}
