// Tar archives as POSIX.1-2017 (pax, ustar) and GNU tar have them: where each file is, by the headers alone.
import type { FileHandle } from 'node:fs/promises';
import { ResNetError } from '@resnetjs/core/network';

/** A regular file in a tar archive. */
export interface TarFile {
  readonly name: string;
  /** Where its content begins. */
  readonly start: number;
  readonly size: number;
}

const block = 512;
/** No path or extended header of a usual archive comes near. */
const mostHeaderBytes = 2 ** 20;

interface Header {
  readonly name: string;
  readonly size: number;
  readonly type: string;
}

/** What the headers before a file's own say of it. */
interface Extended {
  path?: string;
  size?: number;
}

/**
 * The regular files of a tar archive, in its order; links, folders and devices are left out. Throws `bad-file` where a header is
 * damaged, or a file reaches past the end.
 */
export async function* tarFiles(handle: FileHandle, path: string): AsyncGenerator<TarFile, void, void> {
  const { size: end } = await handle.stat();
  const bad = (at: number, problem: string) =>
    new ResNetError('bad-file', `The archive ${path} is damaged at byte ${at}: ${problem}.`, { path, at });
  let extended: Extended = {};
  for (let at = 0; at + block <= end; ) {
    const bytes = await read(handle, at, block);
    if (bytes.every((byte) => byte === 0)) return; // the archive's end
    const header = headerOf(bytes);
    if (header === null) throw bad(at, 'there is no header');
    const { type } = header;
    const isHeader = type === 'x' || type === 'g' || type === 'L' || type === 'K';
    const size = isHeader ? header.size : (extended.size ?? header.size);
    const start = at + block;
    if (!(size <= end - start)) throw bad(at, `a file of ${size} bytes reaches past the end`);
    if (isHeader) {
      if (size > mostHeaderBytes) throw bad(at, `a header has ${size} bytes`);
      const content = Buffer.from(await read(handle, start, size));
      if (type === 'L') extended = { ...extended, path: upToZero(content) };
      if (type === 'x') extended = { ...extended, ...paxRecords(content) };
    } else {
      const name = extended.path ?? header.name;
      if ((type === '0' || type === '\0' || type === '7') && !name.endsWith('/')) yield { name, start, size };
      extended = {};
    }
    at = start + block * Math.ceil(size / block);
  }
}

async function read(handle: FileHandle, at: number, size: number): Promise<Uint8Array> {
  const { buffer, bytesRead } = await handle.read(new Uint8Array(size), 0, size, at);
  return buffer.subarray(0, bytesRead);
}

/** null if the checksum is another: the bytes are no header. */
function headerOf(bytes: Uint8Array): Header | null {
  const field = (from: number, length: number) => Buffer.from(bytes.subarray(from, from + length));
  const sum = bytes.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0);
  if (numberIn(field(148, 8)) !== sum) return null;
  const size = numberIn(field(124, 12));
  if (size === null) return null;
  const prefix =
    field(257, 5).toString('latin1') === 'ustar' && field(263, 1)[0] !== 32 ? upToZero(field(345, 155)) : '';
  const name = upToZero(field(0, 100));
  return { name: prefix === '' ? name : `${prefix}/${name}`, size, type: field(156, 1).toString('latin1') };
}

/** Octal digits; or, where the first bit is set, a large number in base 256. null for anything else. */
function numberIn(bytes: Buffer): number | null {
  if (((bytes[0] as number) & 0x80) !== 0) {
    const value = bytes.subarray(1).reduce((total, byte) => total * 256 + byte, (bytes[0] as number) & 0x7f);
    return Number.isSafeInteger(value) ? value : null;
  }
  const text = upToZero(bytes).trim();
  return /^[0-7]*$/.test(text) ? Number.parseInt(text || '0', 8) : null;
}

function upToZero(bytes: Buffer): string {
  const zero = bytes.indexOf(0);
  return bytes.subarray(0, zero < 0 ? bytes.length : zero).toString('utf8');
}

/** The records `length key=value` of an extended header: the path and the size, if it has them. */
function paxRecords(content: Buffer): Extended {
  const found: Extended = {};
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(32, at);
    const length = space < 0 ? Number.NaN : Number(content.subarray(at, space).toString('latin1'));
    if (!Number.isSafeInteger(length) || length <= 0) break;
    const [key, ...value] = content
      .subarray(space + 1, at + length - 1)
      .toString('utf8')
      .split('=');
    if (key === 'path') found.path = value.join('=');
    if (key === 'size') found.size = Number(value.join('='));
    at += length;
  }
  return found;
}
