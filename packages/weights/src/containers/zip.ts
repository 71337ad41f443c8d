// Zip files as APPNOTE.TXT 6.3 has them, as far as archives of tensors need it: stored and deflated entries, zip64.
import { ResNetError } from '@resnetjs/core';
import { badFile, copyAgain, quote } from '../bad-file.js';
import { type ByteSource, readExactly } from '../byte-source.js';
import { crc32 } from './crc32.js';
import { inflate, maxDeflateRatio } from './inflate.js';

/** One file in an archive. */
export interface ZipEntry {
  /** The size of its content in bytes. */
  readonly size: number;
  /** Whether its content is compressed. It is read as a whole then. */
  readonly isDeflated: boolean;
}

/** A zip archive, of which the directory has been read. */
export interface ZipArchive {
  /** The files in it by name, folders left out. */
  readonly entries: ReadonlyMap<string, ZipEntry>;
  /**
   * An entry's content. A stored one is a part of the archive's source, of which nothing is read yet; a deflated one is
   * inflated, if its size is at most `maxInflatedBytes` (default: 1 GiB). What is read as a whole must have the CRC-32
   * that the archive says. Throws `unknown-name` and `bad-file`.
   */
  entry(name: string, maxInflatedBytes?: number): Promise<ByteSource>;
}

interface DirectoryEntry extends ZipEntry {
  readonly storedBytes: number;
  readonly crc: number;
  /** Where its local header starts. */
  readonly start: number;
  /** Where the next entry, or the directory, starts. */
  limit: number;
}

/** Where the directory is. */
interface Directory {
  readonly start: number;
  readonly size: number;
  readonly count: number;
}

const signatures = {
  local: 0x04034b50,
  directory: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
};
const sizes = { local: 30, directory: 46, end: 22, end64: 56, locator64: 20 };
const maxComment = 0xffff;
const maxEntries = 100_000;
const maxDirectoryBytes = 64 * 2 ** 20;
const defaultMaxInflatedBytes = 2 ** 30;
const zip64Field = 1;
const full16 = 0xffff;
const full32 = 0xffffffff;
const methods = { stored: 0, deflated: 8 };
/** Bits of the flags: encrypted, strongly encrypted, masked headers. */
const encrypted = 0x2041;

/**
 * Opens a zip archive: reads its directory, and each entry when it is asked for. Throws `bad-file` if the archive is
 * truncated, encrypted or in several parts, if entries overlap, have the same name or a name that leaves the archive's
 * folder, if their sizes can't be right, or if there are more than 100,000.
 */
export async function openZip(source: ByteSource): Promise<ZipArchive> {
  const directory = await findDirectory(source);
  const bytes = await readExactly(source, directory.start, directory.start + directory.size);
  const entries = readDirectory(bytes, directory);
  checkOrder(entries, directory.start);
  return {
    entries: new Map([...entries].filter(([name]) => !name.endsWith('/'))),
    async entry(name, maxInflatedBytes = defaultMaxInflatedBytes) {
      const entry = entries.get(name);
      if (entry === undefined) {
        throw new ResNetError('unknown-name', `The archive holds no ${quote(name)}.`, { name });
      }
      const start = await contentStart(source, name, entry);
      if (!entry.isDeflated) return storedContent(source, name, entry, start);
      return inflatedContent(source, name, entry, start, maxInflatedBytes);
    },
  };
}

/** Finds the directory by the record at the end of the file, which only a comment may follow. */
async function findDirectory(source: ByteSource): Promise<Directory> {
  const { size } = source;
  const from = Math.max(size - sizes.end - maxComment - sizes.locator64, 0);
  const tail = view(await readExactly(source, from, size));
  let at = tail.byteLength - sizes.end;
  const ends = () => tail.getUint32(at, true) === signatures.end;
  while (at >= 0 && !(ends() && at + sizes.end + tail.getUint16(at + 20, true) === tail.byteLength)) at--;
  if (at < 0) throw badFile(`The archive has no end: it is truncated, or not a zip file. ${copyAgain}`);
  const locator = at - sizes.locator64;
  const is64 = locator >= 0 && tail.getUint32(locator, true) === signatures.locator64;
  const end = is64 ? await readEnd64(source, tail, locator) : { ...readEnd(tail, at), position: from + at };
  const { start, size: bytes, count, disks, position } = end;
  if (disks) throw badFile('The archive is in several parts. Join them into one file.');
  if (count > maxEntries) {
    throw badFile(`The archive says that it has ${count} entries; at most ${maxEntries} are read.`, {
      count,
    });
  }
  if (start + bytes !== position || bytes > maxDirectoryBytes || bytes < count * sizes.directory) {
    throw badFile(
      `The archive's directory, ${bytes} bytes from byte ${start}, can't be that of ${count} entries before byte ${position}: ` +
        `the file is damaged. ${copyAgain}`,
      { start, bytes, count },
    );
  }
  return { start, size: bytes, count };
}

function readEnd(tail: DataView, at: number) {
  return {
    disks: tail.getUint16(at + 4, true) + tail.getUint16(at + 6, true) > 0,
    count: tail.getUint16(at + 10, true),
    size: tail.getUint32(at + 12, true),
    start: tail.getUint32(at + 16, true),
  };
}

async function readEnd64(source: ByteSource, tail: DataView, locator: number) {
  const position = uint64(tail, locator + 8);
  const end =
    position <= source.size - sizes.end64 && (await readExactly(source, position, position + sizes.end64));
  if (!end || view(end).getUint32(0, true) !== signatures.end64) {
    throw badFile(
      `The archive's zip64 record isn't where the archive says: the file is damaged. ${copyAgain}`,
    );
  }
  const record = view(end);
  return {
    disks: record.getUint32(16, true) + record.getUint32(20, true) + tail.getUint32(locator + 4, true) > 0,
    count: uint64(record, 32),
    size: uint64(record, 40),
    start: uint64(record, 48),
    position,
  };
}

function readDirectory(bytes: Uint8Array, { start, size, count }: Directory): Map<string, DirectoryEntry> {
  const directory = view(bytes);
  const entries = new Map<string, DirectoryEntry>();
  let at = 0;
  for (let index = 0; index < count; index++) {
    const next = at + sizes.directory > size ? Number.POSITIVE_INFINITY : at + recordSize(directory, at);
    if (next > size || directory.getUint32(at, true) !== signatures.directory) {
      throw badFile(`Entry ${index} of the archive's directory is damaged. ${copyAgain}`, { index });
    }
    const nameEnd = at + sizes.directory + directory.getUint16(at + 28, true);
    const name = checkedName(bytes.subarray(at + sizes.directory, nameEnd));
    if (entries.has(name)) throw wrong(name, 'is in the archive twice');
    entries.set(name, readEntry(name, directory, at, nameEnd, start));
    at = next;
  }
  if (at !== size) throw badFile(`The archive's directory has ${size - at} bytes too many. ${copyAgain}`);
  return entries;
}

function recordSize(directory: DataView, at: number): number {
  return (
    sizes.directory +
    directory.getUint16(at + 28, true) +
    directory.getUint16(at + 30, true) +
    directory.getUint16(at + 32, true)
  );
}

function readEntry(
  name: string,
  directory: DataView,
  at: number,
  extra: number,
  limit: number,
): DirectoryEntry {
  const flags = directory.getUint16(at + 8, true);
  const method = directory.getUint16(at + 10, true);
  if (flags & encrypted) throw wrong(name, "is encrypted, which can't be read");
  if (method !== methods.stored && method !== methods.deflated) {
    throw wrong(name, `is compressed by method ${method}; stored and deflated entries can be read`);
  }
  const field64 = zip64Values(directory, extra, directory.getUint16(at + 30, true));
  const value = (position: number) => {
    const short = directory.getUint32(position, true);
    if (short !== full32) return short;
    const long = field64.shift();
    if (long === undefined) throw wrong(name, 'lacks the sizes of zip64');
    return long;
  };
  const size = value(at + 24);
  const storedBytes = value(at + 20);
  const start = value(at + 42);
  const disk = directory.getUint16(at + 34, true);
  if (disk !== 0 && disk !== full16) throw wrong(name, 'is in another part of the archive');
  const isDeflated = method === methods.deflated;
  const isPossible = isDeflated ? size <= storedBytes * maxDeflateRatio : size === storedBytes;
  if (!isPossible) throw wrong(name, `can't have ${size} bytes from ${storedBytes}`);
  return { size, storedBytes, crc: directory.getUint32(at + 16, true), start, isDeflated, limit };
}

/** The numbers in the zip64 field among an entry's extra fields. */
function zip64Values(directory: DataView, start: number, length: number): number[] {
  for (let at = start; at + 4 <= start + length; ) {
    const end = at + 4 + directory.getUint16(at + 2, true);
    if (end > start + length) break;
    if (directory.getUint16(at, true) === zip64Field) {
      const count = Math.floor((end - at - 4) / 8);
      return Array.from({ length: count }, (_, index) => uint64(directory, at + 4 + 8 * index));
    }
    at = end;
  }
  return [];
}

function checkedName(bytes: Uint8Array): string {
  let name: string;
  try {
    name = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw badFile('The archive has a name that is not UTF-8.', {}, cause);
  }
  const isAbsolute = /^([/\\]|[a-z]:)/iu.test(name);
  if (name === '' || isAbsolute || name.includes('\0') || name.split(/[/\\]/u).includes('..')) {
    throw wrong(name, "has a name that isn't one inside the archive's folder");
  }
  return name;
}

/** Checks that no entry reaches into the one after it, or the directory, and notes where each must end. */
function checkOrder(entries: ReadonlyMap<string, DirectoryEntry>, directoryStart: number): void {
  const inOrder = [...entries].sort(([, a], [, b]) => a.start - b.start);
  for (const [index, [name, entry]] of inOrder.entries()) {
    entry.limit = inOrder[index + 1]?.[1].start ?? directoryStart;
    if (entry.start + sizes.local + entry.storedBytes > Math.min(entry.limit, directoryStart)) {
      throw wrong(name, `overlaps what is at byte ${entry.limit}`);
    }
  }
}

/** Where an entry's content starts, by its local header. */
async function contentStart(source: ByteSource, name: string, entry: DirectoryEntry): Promise<number> {
  const nameBytes = new TextEncoder().encode(name);
  const header = await readExactly(source, entry.start, entry.start + sizes.local + nameBytes.length);
  const local = view(header);
  const isSame =
    local.getUint32(0, true) === signatures.local &&
    local.getUint16(8, true) === (entry.isDeflated ? methods.deflated : methods.stored) &&
    local.getUint16(26, true) === nameBytes.length &&
    nameBytes.every((byte, index) => header[sizes.local + index] === byte);
  if (!isSame) throw wrong(name, 'is not where the directory says');
  const start = entry.start + header.length + local.getUint16(28, true);
  if (start + entry.storedBytes > entry.limit) throw wrong(name, `overlaps what is at byte ${entry.limit}`);
  return start;
}

function storedContent(source: ByteSource, name: string, entry: DirectoryEntry, first: number): ByteSource {
  const { size } = entry;
  return {
    size,
    async read(start, end) {
      const to = Math.min(end, size);
      const bytes = await source.read(first + start, first + Math.max(to, start));
      if (start === 0 && bytes.length === size) checkCrc(name, entry, bytes);
      return bytes;
    },
  };
}

async function inflatedContent(
  source: ByteSource,
  name: string,
  entry: DirectoryEntry,
  first: number,
  maxBytes: number,
): Promise<ByteSource> {
  const { size, storedBytes } = entry;
  if (size > maxBytes) {
    throw wrong(name, `has ${size} bytes when it is inflated; at most ${maxBytes} are read`);
  }
  const content = await inflate(source, first, first + storedBytes, size).catch((cause) => {
    throw badFile(
      `Entry ${quote(name)} can't be inflated to its ${size} bytes. ${copyAgain}`,
      { name },
      cause,
    );
  });
  checkCrc(name, entry, content);
  return { size, read: async (start, end) => content.slice(start, end) };
}

/** PyTorch writes 0 where it is told to leave checksums out (`set_crc32_options(False)`). */
function checkCrc(name: string, { crc }: DirectoryEntry, bytes: Uint8Array): void {
  if (crc !== 0 && crc32(bytes) !== crc) throw wrong(name, 'is damaged: its checksum differs');
}

function wrong(name: string, problem: string) {
  return badFile(
    `Entry ${quote(name)} of the archive ${problem}. The file is damaged, or made otherwise than usual.`,
    { name },
  );
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** A number of 64 bits; Infinity where it is past 2⁵³. */
function uint64(bytes: DataView, at: number): number {
  const value = Number(bytes.getBigUint64(at, true));
  return Number.isSafeInteger(value) ? value : Number.POSITIVE_INFINITY;
}
