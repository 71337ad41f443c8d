import { badSignsFile, EXPECTED } from './bad-file.js';

/** A file, in memory or on disk. */
export interface RandomAccess {
  readonly size: number;
  read(start: number, length: number): Uint8Array | Promise<Uint8Array>;
}

const SIGNATURE = '\x89HDF\r\n\x1a\n';
/** A user block, before the file's own content, has any power of two of bytes from here on. */
const MIN_USER_BLOCK = 512;

/**
 * Throws `bad-file` for a file that is not HDF5, or is truncated, before the HDF5 library sees it: HDF5 file format
 * specification 3.0, II.A.
 */
export async function checkSuperblock(name: string, file: RandomAccess): Promise<void> {
  for (let start = 0; start < file.size; start = Math.max(2 * start, MIN_USER_BLOCK)) {
    const block = await file.read(start, 48);
    if (asText(block.subarray(0, 8)) === SIGNATURE) return checkEnd(name, file.size, block);
  }
  const start = asText((await file.read(0, 8)).subarray(0, 8));
  const found = file.size === 0 ? 'it is empty' : `it begins with ${JSON.stringify(start)}`;
  throw badSignsFile(name, `it is not an HDF5 file: ${found}. ${EXPECTED}.`);
}

function checkEnd(name: string, size: number, block: Uint8Array): void {
  const version = block[8] as number;
  const [widthAt, endAt] = version < 2 ? [13, 40] : [9, 28];
  const end =
    block.length < endAt + 8
      ? Number.POSITIVE_INFINITY
      : Number(new DataView(block.buffer, block.byteOffset).getBigUint64(endAt, true));
  if (block[widthAt] !== 8 || end <= size) return;
  const claimed = Number.isFinite(end)
    ? `its header says ${end} bytes, but it has ${size}`
    : `it has ${size} bytes`;
  throw badSignsFile(name, `it is truncated: ${claimed}. Download it again.`, { end, size });
}

function asText(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
