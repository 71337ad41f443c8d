// An entry of its own: whoever reads images in a browser needs no HDF5 library.
import * as hdf5 from 'h5wasm';
import { badSignsFile } from '../hdf5/bad-file.js';
import { type ReadSignsOptions, readSignsFile, type SignsDataset } from '../hdf5/read-signs.js';
import { checkSuperblock } from '../hdf5/superblock.js';

export type { ReadSignsOptions, SignsDataset, SignsSplit } from '../hdf5/read-signs.js';

/** It is copied into the memory of WebAssembly, beside its values. */
const MAX_BYTES = 2 ** 30;

/**
 * Reads an HDF5 file of the course's SIGNS format, as Node's `readSigns` does; messages call it `name`. Throws `bad-file` or `bad-data`.
 *
 * @example
 * const signs = await readSigns(file, { name: file.name });
 * console.log(signs.split, signs.labels.length);
 */
export async function readSigns(
  file: Blob,
  { name = 'The file', ...options }: ReadSignsOptions & { readonly name?: string } = {},
): Promise<SignsDataset> {
  if (file.size > MAX_BYTES) {
    const message = `it has ${file.size} bytes; the limit in a browser is ${MAX_BYTES}.`;
    throw badSignsFile(name, message, { size: file.size });
  }
  const read = async (start: number, length: number) =>
    new Uint8Array(await file.slice(start, start + length).arrayBuffer());
  await checkSuperblock(name, { size: file.size, read });
  const { FS } = await hdf5.ready;
  const path = `signs-${crypto.randomUUID()}.h5`;
  FS.writeFile(path, await read(0, file.size));
  try {
    return await readSignsFile(hdf5, { path, name, bytes: file.size }, options);
  } finally {
    FS.unlink(path);
  }
}
