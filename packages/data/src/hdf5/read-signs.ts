import { ResNetError } from '@resnetjs/core/network';
import type { Entity, File, Dataset as Hdf5Dataset, ready } from 'h5wasm';
import { checkDataset, checkIndices, firstTwice } from '../check-dataset.js';
import type { Dataset, ImageIdentity } from '../dataset.js';
import { identifyPixels } from '../identify-pixels.js';
import { badSignsFile, EXPECTED } from './bad-file.js';

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

/** What h5wasm exports, in Node and in browsers. */
export interface Hdf5Library {
  readonly File: typeof File;
  readonly ready: typeof ready;
}

/** An HDF5 file that was found whole. */
export interface Hdf5Location {
  /** As the library finds it. */
  readonly path: string;
  /** As messages call it. */
  readonly name: string;
  readonly bytes: number;
}

interface Source {
  readonly file: File;
  readonly name: string;
  readonly bytes: number;
}

/** Deflate compresses by less (at most 1032 : 1). */
const MAX_COMPRESSION = 1100;
/** Of one dataset. */
const MAX_BYTES = 2 ** 31;
const BYTES_AT_ONCE = 2 ** 24;
/** H5T_class_t. */
const INTEGER = 0;
const FLOAT = 1;
const STRING = 3;
const BITFIELD = 4;
const ENUM = 8;
/** HDF5's own filters; all others are plugins. */
const MAX_FILTER = 6;

/** Reads a SIGNS file. Throws `bad-file` or `bad-data`. */
export async function readSignsFile(
  { File: Hdf5File, ready: loaded }: Hdf5Library,
  { path, name, bytes }: Hdf5Location,
  options: ReadSignsOptions,
): Promise<SignsDataset> {
  const library = await loaded;
  library.activate_throwing_error_handler(); // instead of a stack trace on the terminal
  try {
    const file = new Hdf5File(path, 'r');
    try {
      return readSplit({ file, name, bytes }, options);
    } finally {
      file.close();
    }
  } catch (cause) {
    if (cause instanceof ResNetError) throw cause;
    const message = `HDF5 cannot read it (${reasonOf(cause)}). It is damaged or incomplete: download it again.`;
    throw badSignsFile(name, message, {}, cause);
  } finally {
    library.deactivate_throwing_error_handler();
  }
}

/** HDF5 lists all functions that failed, the innermost last. */
function reasonOf(cause: unknown): string {
  const lines = (cause instanceof Error ? cause.message : String(cause)).split('\n');
  const reasons = lines.flatMap((line) => /^ *#\d+: .*?\(\): (.*)/.exec(line)?.[1] ?? []);
  return reasons.at(-1) ?? (lines[0] as string);
}

function readSplit(source: Source, options: ReadSignsOptions): SignsDataset {
  const names = source.file.keys();
  const splits = (['train', 'test'] as const).filter((split) => names.includes(`${split}_set_x`));
  const split = options.split && splits.includes(options.split) ? options.split : splits[0];
  if (!split) {
    throw badSignsFile(source.name, `it holds ${names.join(', ') || 'nothing'}. ${EXPECTED}.`, { names });
  }
  const images = readImages(source, `${split}_set_x`);
  const [count, height, width] = images.shape;
  const classes = readClasses(source);
  const labels = readLabels(source, `${split}_set_y`, { count, classes: classes.length });
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
    source.name,
  );
}

function readImages(source: Source, name: string) {
  const dataset = find(source, name);
  const { type, size, signed } = dataset.metadata;
  const shape = dataset.shape ?? [];
  if (type !== INTEGER || size !== 1 || signed) {
    const message = `${name} is of type ${typeOf(dataset)}; images must be uint8, 0 to 255.`;
    throw badSignsFile(source.name, message, { name });
  }
  const [count, height, width, channels] = shape as [number, number, number, number];
  if (shape.length !== 4 || channels !== 3 || Math.min(count, height, width) < 1) {
    const message = `${name} has shape [${shape}]; images must be [n, height, width, 3].`;
    throw badSignsFile(source.name, message, { name, shape });
  }
  checkBytes(source, dataset, name);
  const data = new Uint8Array(count * height * width * 3); // [count, height, width, 3]
  const bytes = height * width * 3;
  const atOnce = Math.max(1, Math.floor(BYTES_AT_ONCE / bytes));
  for (let start = 0; start < count; start += atOnce) {
    const images = dataset.slice([[start, Math.min(count, start + atOnce)], [], [], []]);
    if (!(images instanceof Uint8Array)) {
      throw badSignsFile(source.name, `${name} cannot be read. Download the file again.`, { name });
    }
    data.set(images, start * bytes);
  }
  return { shape: [count, height, width] as const, data };
}

/** Labels are of any type that holds whole numbers: integers, booleans (h5py's and PyTables'), and floats. */
function readLabels(
  source: Source,
  name: string,
  { count, classes }: { count: number; classes: number },
): Uint16Array {
  const dataset = find(source, name);
  const { type, size } = dataset.metadata;
  const shape = dataset.shape ?? [];
  const isNumber = type === INTEGER || type === ENUM || (type === FLOAT && size >= 4);
  if (!isNumber && !(type === BITFIELD && size === 1)) {
    const message = `${name} is of type ${typeOf(dataset)}; labels must be whole numbers.`;
    throw badSignsFile(source.name, message, { name });
  }
  const flat = shape.length === 1 || (shape.length === 2 && Math.min(...shape) === 1);
  const length = shape.reduce((a, b) => a * b, 1);
  if (!flat || length !== count) {
    const message = `${name} has shape [${shape}]; for ${count} images it must be [${count}] or [1, ${count}].`;
    throw badSignsFile(source.name, message, { name, shape });
  }
  checkBytes(source, dataset, name);
  const values = Array.from(dataset.value as ArrayLike<number | bigint>, Number);
  const wrong = values.findIndex((label) => !(Number.isInteger(label) && label >= 0 && label < classes));
  if (wrong >= 0 || values.length !== count) {
    const message = `${name}[${wrong}] is ${values[wrong]}; with ${classes} classes in list_classes, labels must be whole numbers, 0 to ${classes - 1}.`;
    throw badSignsFile(source.name, message, { name, position: wrong, label: values[wrong] });
  }
  return Uint16Array.from(values);
}

function readClasses(source: Source): string[] {
  const dataset = find(source, 'list_classes');
  const { type } = dataset.metadata;
  const shape = dataset.shape ?? [];
  if ((type !== INTEGER && type !== STRING) || shape.length !== 1) {
    const message = `list_classes is of type ${typeOf(dataset)} and has shape [${shape}]; it must be a list of integers or strings.`;
    throw badSignsFile(source.name, message, { shape });
  }
  checkBytes(source, dataset, 'list_classes');
  const names = Array.from(dataset.value as ArrayLike<unknown>, String);
  if (names.length > 0xffff) {
    const message = `list_classes names ${names.length} classes; at most 65535 are supported.`;
    throw badSignsFile(source.name, message);
  }
  const twice = firstTwice(names);
  if (twice !== undefined) throw badSignsFile(source.name, `list_classes names a class twice: ${twice}.`);
  return names;
}

function find({ file, name: fileName }: Source, name: string): Hdf5Dataset {
  const names = file.keys();
  const found = names.includes(name) ? file.get(name) : null;
  const elsewhere = names.includes(name) ? otherFile(file, name) : null;
  if (elsewhere !== null) {
    const message = `the values of ${name} are elsewhere: ${elsewhere}. Write them into this file, as a dataset of their own.`;
    throw badSignsFile(fileName, message, { name, elsewhere });
  }
  if (isDataset(found)) return found;
  const missing = names.includes(name) ? 'not a dataset' : 'missing';
  const what = found !== null && 'target' in found ? `a link to ${found.target}, which is missing` : missing;
  const message = `${name} is ${what}; the file holds ${names.join(', ')}. ${EXPECTED}.`;
  throw badSignsFile(fileName, message, { name, names });
}

/**
 * Where a dataset's values are, unless they are its own or those of datasets of this file. HDF5 gives the fill value for those
 * that it can't find, without a word, and a page finds none.
 */
function otherFile(file: File, path: string): string | null {
  const { filename } = file.get_external_link(path) as { filename?: string };
  if (filename !== undefined) return `it is a link to ${filename}`;
  const found = file.get(path);
  const sources = (isDataset(found) && found.metadata.virtual_sources) || [];
  for (const { file_name, dset_name } of sources) {
    if (file_name !== '.') return `it is a virtual dataset of ${file_name}`;
    const source = file.get(dset_name);
    const own = isDataset(source) && !source.metadata.virtual_sources && otherFile(file, dset_name) === null;
    if (!own) return `it is a virtual dataset of ${dset_name}, which isn't a dataset of this file`;
  }
  return null;
}

function isDataset(found: Entity | null): found is Hdf5Dataset {
  return found !== null && 'type' in found && found.type === 'Dataset';
}

/** Throws, before anything is allocated, if a dataset claims more bytes than the file can hold, or can't be decompressed. */
function checkBytes({ name: fileName, bytes }: Source, dataset: Hdf5Dataset, name: string): void {
  const { size, chunks } = dataset.metadata;
  const shape = dataset.shape ?? [];
  const needed = shape.reduce((a, b) => a * b, size);
  // Chunks may be compressed, and those that were never written take no room: they hold the fill value.
  const held = bytes * (chunks === null ? 1 : MAX_COMPRESSION);
  if (needed > Math.min(held, MAX_BYTES)) {
    const claim = `${name} claims shape [${shape}], ${needed} bytes; the file can hold ${held}, and the limit is ${MAX_BYTES}`;
    const message = `${claim}. It is damaged or too large, or most of its values were never written.`;
    throw badSignsFile(fileName, message, { name, shape, needed, held });
  }
  const plugin = dataset.filters.find(({ id }) => id > MAX_FILTER);
  if (plugin === undefined) return;
  const message = `${name} is compressed with ${plugin.name || `filter ${plugin.id}`}, which is a plugin of HDF5's. Write it with gzip, or without compression.`;
  throw badSignsFile(fileName, message, { name, filter: plugin.id });
}

function typeOf(dataset: Hdf5Dataset): string {
  const { type } = dataset.metadata;
  return type === ENUM ? 'enum' : String(dataset.dtype);
}
