import type { ByteSource } from '../../byte-source.js';
import { badFile } from '../../bad-file.js';
import { Cursor, damaged, unsupported } from './cursor.js';
import { type Storage, storageOf } from './storage.js';

/** What every HDF5 file has, at its start or after a user block. */
const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const maxSuperblockBytes = 96;
const firstUserBlock = 512;

/** Where an HDF5 file's superblock is: at its start, or after a user block of 512 bytes or a power of two more. */
export async function findSuperblock(source: ByteSource): Promise<number | undefined> {
  for (let at = 0; at + signature.length <= source.size; at = at === 0 ? firstUserBlock : at * 2) {
    const bytes = await source.read(at, at + signature.length);
    if (signature.every((byte, index) => bytes[index] === byte)) return at;
  }
  return undefined;
}

/** Reads the superblock: the file's bytes, and the address of the root group. Throws `bad-file`. */
export async function readSuperblock(source: ByteSource): Promise<{ storage: Storage; root: number }> {
  const start = await findSuperblock(source);
  if (start === undefined) {
    throw badFile(
      `The file, of ${source.size} bytes, is not an HDF5 file: nothing in it says so. ` +
        'Choose another file, or copy it again.',
    );
  }
  const bytes = await source.read(start, Math.min(start + maxSuperblockBytes, source.size));
  const peek = new Cursor(bytes, { address: 8, length: 8 }, 'the superblock').skip(signature.length);
  const version = peek.u8();
  if (version > 3) throw unsupported(`a superblock of version ${version}`);
  const widths = version < 2 ? peek.skip(4) : peek;
  const [address, length] = [widths.u8(), widths.u8()];
  if (![address, length].every((width) => [2, 4, 8].includes(width))) {
    throw damaged(`addresses have ${address} and lengths ${length} bytes`);
  }
  const cursor = new Cursor(bytes, { address, length }, 'the superblock').skip(peek.at);
  const { base, end, root } = version < 2 ? oldAddresses(cursor, version) : newAddresses(cursor);
  if (end - base > source.size - start) {
    throw damaged(`it should have ${end - base + start} bytes, but has ${source.size}`);
  }
  return { storage: storageOf(source, start, { address, length }), root };
}

function oldAddresses(cursor: Cursor, version: number) {
  cursor.skip(1 + 2 + 2 + 4 + (version === 1 ? 4 : 0));
  const base = cursor.address();
  cursor.optionalAddress(); // of free space
  const end = cursor.address();
  cursor.optionalAddress(); // of the driver's information
  cursor.length(); // where the root group's name would be
  return { base, end, root: cursor.address() };
}

function newAddresses(cursor: Cursor) {
  const base = cursor.skip(1).address();
  cursor.optionalAddress(); // of the superblock's extension
  return { base, end: cursor.address(), root: cursor.address() };
}
