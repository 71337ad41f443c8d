import type { ByteSource } from '../byte-source.js';
import type { PartialFile, PartialNote } from './partial-file.js';

const blockBytes = 2 ** 22;

/** A file that arrives in memory, in blocks: a server need not say how much will come, nor be believed. */
export function memoryFile(): PartialFile & { source(): ByteSource } {
  const blocks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  let note: PartialNote | null = null;
  const read = async (start: number, end: number) => {
    const bytes = new Uint8Array(Math.max(Math.min(end, size) - start, 0));
    for (let at = 0; at < bytes.length; ) {
      const place = (start + at) % blockBytes;
      const block = blocks[Math.floor((start + at) / blockBytes)] as Uint8Array;
      const part = block.subarray(place, place + bytes.length - at);
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  };
  return {
    get bytes() {
      return size;
    },
    get note() {
      return note;
    },
    async restart(said) {
      blocks.length = 0;
      size = 0;
      note = said;
    },
    async append(part) {
      for (let at = 0; at < part.length; ) {
        const place = size % blockBytes;
        if (place === 0) blocks.push(new Uint8Array(blockBytes));
        const piece = part.subarray(at, at + blockBytes - place);
        blocks.at(-1)?.set(piece, place);
        at += piece.length;
        size += piece.length;
      }
    },
    async *read() {
      for (let at = 0; at < size; at += blockBytes) yield read(at, at + blockBytes);
    },
    source: () => ({ size, read }),
  };
}
