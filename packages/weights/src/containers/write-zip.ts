import { ResNetError } from '@resnetjs/core';
import { crc32 } from './crc32.js';

/** A file to be written into an archive. */
export interface ZipFile {
  /** Its name, with slashes between folders. */
  readonly name: string;
  readonly data: Uint8Array;
}

/** What the directory says of an entry. */
export interface WrittenEntry {
  readonly name: Uint8Array;
  readonly size: number;
  readonly crc: number;
  /** Where its local header starts. */
  readonly start: number;
}

/** PyTorch maps tensors into memory at multiples of this. */
const alignment = 64;
const full16 = 0xffff;
const full32 = 0xffffffff;
const localBytes = 30;
/** The extra field that PyTorch pads with. */
const paddingField = 0x4246;
const zip64Field = 1;
const versions = { plain: 20, zip64: 45 };
/** Names are UTF-8. */
const flags = 0x0800;
/** 1980-01-01, the first day there is: equal content makes equal bytes. */
const date = 0x21;

/**
 * The bytes of a zip archive of these files, stored in this order, as parts: each file's data starts at a multiple of 64
 * bytes. Files are taken one at a time. Zip64 where sizes or positions need it. Throws `bad-option` for a name that is
 * empty, too long, or there before.
 */
export async function* writeZip(
  files: Iterable<ZipFile> | AsyncIterable<ZipFile>,
): AsyncGenerator<Uint8Array> {
  const entries: WrittenEntry[] = [];
  const names = new Set<string>();
  let at = 0;
  for await (const { name, data } of files) {
    const bytes = new TextEncoder().encode(name);
    if (bytes.length === 0 || bytes.length > full16 || names.has(name)) {
      throw new ResNetError(
        'bad-option',
        `The archive can't have the name ${JSON.stringify(name)}: it is empty, too long, or there before.`,
        { name },
      );
    }
    names.add(name);
    const entry = { name: bytes, size: data.length, crc: crc32(data), start: at };
    entries.push(entry);
    const header = localHeader(entry);
    yield header;
    yield data;
    at += header.length + data.length;
  }
  yield directoryOf(entries, at);
}

/** The header before an entry's data, padded so that the data are aligned. */
export function localHeader({ name, size, crc, start }: WrittenEntry): Uint8Array<ArrayBuffer> {
  const is64 = size >= full32;
  const sizes64 = is64 ? field(zip64Field, [...uint64(size), ...uint64(size)]) : [];
  const unpadded = start + localBytes + name.length + sizes64.length + 4;
  const padding = field(paddingField, Array((alignment - (unpadded % alignment)) % alignment).fill(0x5a));
  return Uint8Array.from([
    ...uint32(0x04034b50),
    ...uint16(is64 ? versions.zip64 : versions.plain),
    ...common(is64 ? full32 : size, crc),
    ...uint16(name.length),
    ...uint16(sizes64.length + padding.length),
    ...name,
    ...sizes64,
    ...padding,
  ]);
}

/** The directory of entries that end where it starts, and the records that end the archive. */
export function directoryOf(entries: readonly WrittenEntry[], start: number): Uint8Array<ArrayBuffer> {
  const records = entries.map(directoryRecord);
  const size = records.reduce((sum, { length }) => sum + length, 0);
  const count = entries.length;
  const is64 = count >= full16 || size >= full32 || start >= full32;
  const counted = uint16(Math.min(count, full16));
  const end64 = [
    ...[...uint32(0x06064b50), ...uint64(44), ...uint16(versions.zip64), ...uint16(versions.zip64)],
    ...[...uint32(0), ...uint32(0), ...uint64(count), ...uint64(count), ...uint64(size), ...uint64(start)],
    ...[...uint32(0x07064b50), ...uint32(0), ...uint64(start + size), ...uint32(1)],
  ];
  const end = [
    ...[...uint32(0x06054b50), ...uint16(0), ...uint16(0), ...counted, ...counted],
    ...[...uint32(Math.min(size, full32)), ...uint32(Math.min(start, full32)), ...uint16(0)],
  ];
  const last = is64 ? [...end64, ...end] : end;
  const bytes = new Uint8Array(size + last.length);
  let at = 0;
  for (const record of records) {
    bytes.set(record, at);
    at += record.length;
  }
  bytes.set(last, at);
  return bytes;
}

function directoryRecord({ name, size, crc, start }: WrittenEntry): Uint8Array {
  const long = [...(size >= full32 ? [size, size] : []), ...(start >= full32 ? [start] : [])];
  const extra = long.length > 0 ? field(zip64Field, long.flatMap(uint64)) : [];
  const version = long.length > 0 ? versions.zip64 : versions.plain;
  return Uint8Array.from([
    ...[...uint32(0x02014b50), ...uint16(version), ...uint16(version)],
    ...common(Math.min(size, full32), crc),
    ...[...uint16(name.length), ...uint16(extra.length)],
    // No comment; the first disk; attributes.
    ...[...uint16(0), ...uint16(0), ...uint16(0), ...uint32(0), ...uint32(Math.min(start, full32))],
    ...name,
    ...extra,
  ]);
}

/** What both headers have: flags, method, time, date, CRC, both sizes. */
function common(size: number, crc: number): number[] {
  return [
    ...[...uint16(flags), ...uint16(0), ...uint16(0), ...uint16(date)],
    ...[...uint32(crc), ...uint32(size), ...uint32(size)],
  ];
}

function field(id: number, content: readonly number[]): number[] {
  return [...uint16(id), ...uint16(content.length), ...content];
}

function uint16(value: number): number[] {
  return [value & 0xff, value >>> 8];
}

function uint32(value: number): number[] {
  return [...uint16(value & full16), ...uint16(value >>> 16)];
}

function uint64(value: number): number[] {
  return [...uint32(value % 2 ** 32), ...uint32(Math.floor(value / 2 ** 32))];
}
