import type { ByteSource } from '../../byte-source.js';
import { badFile } from '../../bad-file.js';
import { Cursor, damaged, type Widths } from './cursor.js';

/** An HDF5 file's bytes, at addresses counted from its superblock. */
export interface Storage {
  readonly widths: Widths;
  /** The number of bytes from the superblock to the end of the file. */
  readonly size: number;
  /** Reads a structure. All structures that are read are counted, so that a file can't send its reader in circles. */
  structure(address: number, length: number, what: string): Promise<Cursor>;
  /** Reads as much of a structure as there is, up to `length` bytes. */
  start(address: number, length: number, what: string): Promise<Cursor>;
  /** Reads values, which are not counted. */
  values(address: number, length: number, what: string): Promise<Uint8Array<ArrayBuffer>>;
  /** Counts bytes that were made of others, such as a text that is referred to again and again. */
  count(bytes: number): void;
}

/** Structures are read once each, and together are smaller than the file; what overlaps may be read again. */
const maxReadings = 8;
const maxStructureBytes = 2 ** 28;
const floorBytes = 2 ** 20;

/** The bytes of a file from `base` on. */
export function storageOf(source: ByteSource, base: number, widths: Widths): Storage {
  const size = source.size - base;
  const pages = pagedReads(source);
  const limit = Math.min(maxReadings * size + floorBytes, maxStructureBytes);
  let counted = 0;
  const count = (bytes: number) => {
    counted += bytes;
    if (counted > limit) throw damaged(`its structures refer to each other, and would be read without end`);
  };
  const check = (address: number, length: number, what: string) => {
    if (address + length > size) {
      throw damaged(`${what} is at bytes ${address} to ${address + length}, but the file has ${size}`);
    }
  };
  const structure: Storage['structure'] = async (address, length, what) => {
    check(address, length, what);
    count(length);
    return new Cursor(await pages(base + address, base + address + length), widths, what);
  };
  return {
    ...{ widths, size, count, structure },
    start: (address, length, what) => structure(address, Math.min(length, Math.max(size - address, 0)), what),
    async values(address, length, what) {
      check(address, length, what);
      return readWhole(source, base + address, base + address + length);
    },
  };
}

const pageBytes = 2 ** 14;
const maxPages = 256;

/** Reads of a file, as copies, that keep its last pages: structures are small and many, and lie beside each other. */
function pagedReads(source: ByteSource): (start: number, end: number) => Promise<Uint8Array> {
  const pages = new Map<number, Promise<Uint8Array>>();
  const page = (index: number) => {
    const start = index * pageBytes;
    const bytes = pages.get(index) ?? readWhole(source, start, Math.min(start + pageBytes, source.size));
    pages.delete(index);
    pages.set(index, bytes);
    bytes.catch(() => pages.delete(index));
    if (pages.size > maxPages) pages.delete(pages.keys().next().value as number);
    return bytes;
  };
  return async (start, end) => {
    if (end - start > pageBytes) return readWhole(source, start, end);
    const first = Math.floor(start / pageBytes);
    const from = start - first * pageBytes;
    const bytes = await page(first);
    if (from + end - start <= pageBytes) return bytes.slice(from, from + end - start);
    const both = new Uint8Array(end - start);
    both.set(bytes.subarray(from));
    both.set((await page(first + 1)).subarray(0, from + end - start - pageBytes), pageBytes - from);
    return both;
  };
}

async function readWhole(source: ByteSource, start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await source.read(start, end);
  if (bytes.length !== end - start) throw badFile('The file ended while it was read. Copy it again.');
  return bytes;
}
