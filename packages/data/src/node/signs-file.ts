import { type FileHandle, open } from 'node:fs/promises';
import { ResNetError } from '@resnetjs/core/network';
import { badSignsFile } from '../hdf5/bad-file.js';
import { type ReadSignsOptions, readSignsFile, type SignsDataset } from '../hdf5/read-signs.js';
import { checkSuperblock } from '../hdf5/superblock.js';
import { loadHdf5 } from './optional-package.js';

export type { ReadSignsOptions, SignsDataset, SignsSplit } from '../hdf5/read-signs.js';

/**
 * Reads an HDF5 file of the course's SIGNS format: `<split>_set_x` (`[images, height, width, 3]`, uint8), `<split>_set_y`
 * (`[images]` or `[1, images]`, whole numbers of any type) and `list_classes`. What was never written has the fill value; a
 * dataset whose values are in other files is refused. Throws `file-system`, `bad-file` or `bad-data`, and `missing-backend`
 * where the package h5wasm isn't installed.
 *
 * @example
 * const signs = await readSigns('train_signs.h5');
 * console.log(signs.split, signs.labels.length);
 */
export async function readSigns(path: string, options: ReadSignsOptions = {}): Promise<SignsDataset> {
  const bytes = await checkFile(path);
  return readSignsFile(await loadHdf5(), { path, name: path, bytes }, options);
}

/** The size of a whole HDF5 file, in bytes. */
async function checkFile(path: string): Promise<number> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path);
    const status = await handle.stat();
    if (!status.isFile()) throw badSignsFile(path, 'it is not a file.');
    const { size } = status;
    const read = async (start: number, length: number) => {
      const { buffer, bytesRead } = await (handle as FileHandle).read(Buffer.alloc(length), 0, length, start);
      return buffer.subarray(0, bytesRead);
    };
    await checkSuperblock(path, { size, read });
    return size;
  } catch (cause) {
    if (cause instanceof ResNetError) throw cause;
    const reason = (cause as Error).message;
    throw new ResNetError('file-system', `${path} cannot be opened: ${reason}.`, { path }, { cause });
  } finally {
    await handle?.close();
  }
}
