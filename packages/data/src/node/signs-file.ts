import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { ResNetError } from '@resnetjs/core/network';
import type { Dataset as Hdf5Dataset, Group } from 'h5wasm/node';
import { checkDataset, checkIndices } from '../check-dataset.js';
import type { Dataset, ImageIdentity } from '../dataset.js';
import { identifyPixels } from '../identify-pixels.js';
import { loadHdf5 } from './optional-package.js';

/** Which images of a SIGNS file. */
export type SignsSplit = 'train' | 'test';

/** A SIGNS file, read into memory. */
export interface SignsDataset extends Dataset {
  /** Which split was read. */
  readonly split: SignsSplit;
}

/** Options of `readSigns`. */
export interface ReadSignsOptions {
  /** Which split to read if the file holds both; otherwise the one that is there is read. Default: 'train'. */
  readonly split?: SignsSplit;
}

const EXPECTED =
  'A SIGNS file holds train_set_x or test_set_x ([n, height, width, 3], uint8), train_set_y or test_set_y ([n] or [1, n], integers) and list_classes';
const SIGNATURE = '\x89HDF\r\n\x1a\n';
const MAX_BYTES = 2 ** 31;
/** Deflate compresses by less (at most 1032 : 1). */
const MAX_COMPRESSION = 1100;
const CHUNK_BYTES = 2 ** 24;
const HDF5_INTEGER = 0;
const HDF5_STRING = 3;

/**
 * Reads an HDF5 file of the course's SIGNS format: `<split>_set_x` (`[images, height, width, 3]`, uint8), `<split>_set_y`
 * (`[images]` or `[1, images]`) and `list_classes`. Throws `file-system`, `bad-file` or `bad-data`, and `missing-backend`
 * where the package h5wasm isn't installed.
 *
 * @example
 * const signs = await readSigns('train_signs.h5');
 * console.log(signs.split, signs.labels.length);
 */
export async function readSigns(path: string, options: ReadSignsOptions = {}): Promise<SignsDataset> {
  checkHeader(path);
  const { File, ready } = await loadHdf5();
  const hdf5 = await ready;
  hdf5.activate_throwing_error_handler(); // instead of a stack trace on the terminal
  try {
    const file = new File(path, 'r');
    try {
      return readFile(path, file, options);
    } finally {
      file.close();
    }
  } catch (cause) {
    if (cause instanceof ResNetError) throw cause;
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw badFile(
      path,
      `HDF5 cannot read it (${reason}). It is damaged or incomplete: download it again.`,
      {},
      cause,
    );
  } finally {
    hdf5.deactivate_throwing_error_handler();
  }
}

function readFile(path: string, file: Group, options: ReadSignsOptions): SignsDataset {
  const names = file.keys();
  const splits = (['train', 'test'] as const).filter((split) => names.includes(`${split}_set_x`));
  const split = options.split && splits.includes(options.split) ? options.split : splits[0];
  if (!split) throw badFile(path, `it holds ${names.join(', ') || 'nothing'}. ${EXPECTED}.`, { names });
  const images = readImages(path, file, `${split}_set_x`);
  const [count, height, width] = images.shape;
  const classes = readClasses(path, file);
  const labels = readLabels(path, file, `${split}_set_y`, count, classes.length);
  const bytes = height * width * 3;
  let identities: readonly ImageIdentity[] | undefined;
  return checkDataset(
    {
      split,
      classes,
      shape: [height, width, 3],
      labels,
      async identify() {
        identities ??= identifyPixels(images.data, count);
        return identities;
      },
      async read(indices) {
        checkIndices(indices, count);
        const batch = new Uint8Array(indices.length * bytes); // [batch, height, width, 3]
        for (let i = 0; i < indices.length; i++) {
          const start = (indices[i] as number) * bytes;
          batch.set(images.data.subarray(start, start + bytes), i * bytes);
        }
        return batch;
      },
    },
    basename(path),
  );
}

/** Throws for a file that is missing, truncated, or not HDF5, before the HDF5 library sees it. */
function checkHeader(path: string): void {
  const header = Buffer.alloc(48);
  let size: number;
  try {
    const stat = statSync(path);
    if (!stat.isFile()) throw badFile(path, 'it is not a file.');
    size = stat.size;
    const descriptor = openSync(path, 'r');
    try {
      readSync(descriptor, header, 0, header.length, 0);
    } finally {
      closeSync(descriptor);
    }
  } catch (cause) {
    if (cause instanceof ResNetError) throw cause;
    const reason = (cause as Error).message;
    throw new ResNetError('file-system', `${path} cannot be opened: ${reason}.`, { path }, { cause });
  }
  if (header.toString('latin1', 0, 8) !== SIGNATURE) {
    throw badFile(
      path,
      `it is not an HDF5 file: it begins with ${printable(header.subarray(0, 8))}. ${EXPECTED}.`,
    );
  }
  const version = header[8] as number;
  const [widthAt, endAt] = version < 2 ? [13, 40] : [9, 28];
  if (header[widthAt] !== 8) return;
  const end = Number(header.readBigUInt64LE(endAt));
  if (end > size) {
    throw badFile(
      path,
      `it is truncated: its header says ${end} bytes, but it has ${size}. Download it again.`,
      {
        end,
        size,
      },
    );
  }
}

function readImages(path: string, file: Group, name: string) {
  const dataset = find(path, file, name);
  const { shape, type, size, signed } = describe(dataset);
  if (type !== HDF5_INTEGER || size !== 1 || signed) {
    throw badFile(path, `${name} is of type ${String(dataset.dtype)}; images must be uint8, 0 to 255.`, {
      name,
    });
  }
  const [count, height, width, channels] = shape as [number, number, number, number];
  if (shape.length !== 4 || channels !== 3 || Math.min(count, height, width) < 1) {
    throw badFile(path, `${name} has shape [${shape}]; images must be [n, height, width, 3].`, {
      name,
      shape,
    });
  }
  checkBytes(path, dataset, name, shape);
  const data = new Uint8Array(count * height * width * 3); // [count, height, width, 3]
  const bytes = height * width * 3;
  const chunk = Math.max(1, Math.floor(CHUNK_BYTES / bytes));
  for (let start = 0; start < count; start += chunk) {
    const images = dataset.slice([[start, Math.min(count, start + chunk)], [], [], []]);
    if (!(images instanceof Uint8Array))
      throw badFile(path, `${name} cannot be read. Download the file again.`, { name });
    data.set(images, start * bytes);
  }
  return { shape: [count, height, width] as const, data };
}

function readLabels(path: string, file: Group, name: string, count: number, classes: number): Uint16Array {
  const dataset = find(path, file, name);
  const { shape, type } = describe(dataset);
  if (type !== HDF5_INTEGER) {
    throw badFile(path, `${name} is of type ${String(dataset.dtype)}; labels must be integers.`, { name });
  }
  const flat = shape.length === 1 || (shape.length === 2 && Math.min(...shape) === 1);
  const length = shape.reduce((a, b) => a * b, 1);
  if (!flat || length !== count) {
    throw badFile(
      path,
      `${name} has shape [${shape}]; for ${count} images it must be [${count}] or [1, ${count}].`,
      { name, shape },
    );
  }
  checkBytes(path, dataset, name, shape);
  const values = Array.from(dataset.value as ArrayLike<number | bigint>, Number);
  const wrong = values.findIndex((label) => !(label >= 0 && label < classes));
  if (wrong >= 0 || values.length !== count) {
    throw badFile(
      path,
      `${name}[${wrong}] is ${values[wrong]}; with ${classes} classes in list_classes, labels must be 0 to ${classes - 1}.`,
      { name, position: wrong, label: values[wrong] },
    );
  }
  return Uint16Array.from(values);
}

function readClasses(path: string, file: Group): string[] {
  const dataset = find(path, file, 'list_classes');
  const { shape, type } = describe(dataset);
  if ((type !== HDF5_INTEGER && type !== HDF5_STRING) || shape.length !== 1) {
    throw badFile(path, `list_classes has shape [${shape}]; it must be a list of integers or strings.`, {
      shape,
    });
  }
  checkBytes(path, dataset, 'list_classes', shape);
  const names = Array.from(dataset.value as ArrayLike<unknown>, String);
  if (names.length > 0xffff)
    throw badFile(path, `list_classes names ${names.length} classes; at most 65535 are supported.`);
  if (new Set(names).size < names.length)
    throw badFile(path, `list_classes names a class twice: ${names.join(', ')}.`);
  return names;
}

function find(path: string, file: Group, name: string): Hdf5Dataset {
  const names = file.keys();
  const found = names.includes(name) ? file.get(name) : null;
  if (found !== null && 'type' in found && found.type === 'Dataset') return found as Hdf5Dataset;
  const what = found ? 'not a dataset' : 'missing';
  throw badFile(path, `${name} is ${what}; the file holds ${names.join(', ')}. ${EXPECTED}.`, {
    name,
    names,
  });
}

function describe(dataset: Hdf5Dataset) {
  const { shape, type, size, signed } = dataset.metadata;
  return { shape: shape ?? [], type, size, signed };
}

/** Throws, before anything is allocated, if a dataset claims more bytes than the file can hold. */
function checkBytes(path: string, dataset: Hdf5Dataset, name: string, shape: readonly number[]): void {
  const needed = shape.reduce((a, b) => a * b, dataset.metadata.size);
  const held = statSync(path).size * (dataset.filters.length > 0 ? MAX_COMPRESSION : 1);
  if (needed <= Math.min(held, MAX_BYTES)) return;
  throw badFile(
    path,
    `${name} claims shape [${shape}], ${needed} bytes; the file can hold ${held}, and the limit is ${MAX_BYTES}. It is damaged or too large.`,
    { name, shape, needed, held },
  );
}

function badFile(
  path: string,
  message: string,
  details: Record<string, unknown> = {},
  cause?: unknown,
): ResNetError {
  return new ResNetError(
    'bad-file',
    `${path} cannot be read as SIGNS images: ${message}`,
    { path, ...details },
    { cause },
  );
}

function printable(bytes: Uint8Array): string {
  return JSON.stringify(Buffer.from(bytes).toString('latin1'));
}
