import { badFile } from '../../bad-file.js';
import type { TensorInfo } from '../container.js';
import { type ChunkedLayout, readChunk, readChunkIndex } from './chunks.js';
import { Cursor, damaged, unsupported } from './cursor.js';
import { swapBytes } from '../swap-bytes.js';
import { type Datatype, countedElements, readDataspace, readDatatype } from './datatype.js';
import { readFilters } from './filters.js';
import { messageBody, type ObjectHeader } from './object-header.js';
import { once } from './once.js';
import type { Storage } from './storage.js';

/** A dataset of numbers: its values are read when they are asked for. */
export interface Hdf5Dataset extends TensorInfo {
  /** Reads the values, row-major and little-endian, into a new array, which is the caller's. Throws `bad-file`. */
  read(): Promise<Uint8Array<ArrayBuffer>>;
}

/** Whether an object is a dataset. */
export function isDataset(header: ObjectHeader): boolean {
  return messageBody(header, 'layout') !== undefined;
}

/** What a dataset with nothing, or little, in the file for it may have. */
const maxUnwrittenBytes = 2 ** 26;
/** Weights compress to nine tenths, and zeros to a thousandth. */
const maxExpansion = 100;
/** The largest array that every supported version of Node can make. */
const maxArrayBytes = 2 ** 32 - 1;

/** Opens the dataset that a header describes. Throws `bad-file`. */
export function openDataset(storage: Storage, header: ObjectHeader, opaque: 'BF16' | undefined): Hdf5Dataset {
  const shape = shapeOf(storage, header);
  if (messageBody(header, 'externalFiles') !== undefined) throw unsupported('values in another file');
  const type = numbersOf(readDatatype(required(header, 'datatype'), storage), opaque);
  const bytes = countedElements(shape) * type.bytes;
  const layout = readLayout(storage, required(header, 'layout'));
  const stored = layout.kind === 'contiguous' && layout.address !== undefined;
  const limit = stored
    ? storage.size
    : Math.min(Math.max(storage.size * maxExpansion, maxUnwrittenBytes), maxArrayBytes);
  if (bytes > limit) {
    throw damaged(`a dataset says that it has ${bytes} bytes, but the file has ${storage.size}`);
  }
  if (stored && layout.address + bytes > storage.size)
    throw damaged('the values lie beyond the end of the file');
  const filters = readFilters(storage, messageBody(header, 'filters'));
  const fill = fillValue(storage, messageBody(header, 'fillValue'), type.bytes);
  const chunksOf = once((chunked: ChunkedLayout) =>
    readChunkIndex(storage, chunked, shape, limit / type.bytes),
  );

  /** What is read in one piece, or in chunks into zeros or what stands for them. */
  async function readValues(): Promise<Uint8Array<ArrayBuffer>> {
    if (layout.kind === 'compact') return compactValues(layout.values, bytes);
    if (layout.kind === 'contiguous' && layout.address !== undefined)
      return storage.values(layout.address, bytes, 'a dataset');
    const values = filled(bytes, fill);
    if (layout.kind !== 'chunked' || bytes === 0) return values;
    const chunked = { shape, chunk: layout.chunk, elementBytes: type.bytes, filters };
    for (const chunk of await chunksOf(layout)) await readChunk(storage, chunk, chunked, values);
    return values;
  }

  return {
    dtype: type.dtype,
    shape,
    async read() {
      const values = await readValues();
      if (type.bigEndian) swapBytes(values, type.bytes);
      return values;
    },
  };
}

function shapeOf(storage: Storage, header: ObjectHeader): readonly number[] {
  const shape = readDataspace(required(header, 'dataspace'), storage);
  if (shape === undefined) throw unsupported('a dataset without a shape');
  return shape;
}

function required(header: ObjectHeader, type: 'dataspace' | 'datatype' | 'layout'): Uint8Array {
  const body = messageBody(header, type);
  if (body === undefined) throw damaged(`a dataset has no ${type}`);
  return body;
}

function numbersOf(type: Datatype, opaque: 'BF16' | undefined): Datatype & { kind: 'number' } {
  if (type.kind === 'number') return type;
  if (type.kind === 'opaque' && type.bytes === 2 && opaque !== undefined) {
    return { kind: 'number', bytes: 2, dtype: opaque, bigEndian: false };
  }
  const held = type.kind === 'other' ? type.name : type.kind === 'opaque' ? 'opaque values' : 'text';
  throw badFile(`The dataset holds ${held}, not numbers. Read another one.`);
}

type Layout =
  | { readonly kind: 'compact'; readonly values: Uint8Array }
  | { readonly kind: 'contiguous'; readonly address: number | undefined }
  | ChunkedLayout;

const chunkIndexes = [
  '',
  'a single chunk',
  'implicit',
  'a fixed array',
  'an extensible array',
  'a B-tree of version 2',
];

function readLayout(storage: Storage, body: Uint8Array): Layout {
  const cursor = new Cursor(body, storage.widths, 'the layout of a dataset');
  const version = cursor.u8();
  if (version < 3 || version > 5) throw unsupported(`a layout of version ${version}`);
  const kind = cursor.u8();
  if (kind === 0) return { kind: 'compact', values: cursor.take(cursor.u16()) };
  if (kind === 1) return { kind: 'contiguous', address: cursor.optionalAddress() };
  if (kind !== 2) throw unsupported(kind === 3 ? 'a virtual dataset' : `a layout of class ${kind}`);
  if (version > 3) throw unsupported(`chunks whose index is ${newIndex(cursor)}`);
  const dimensions = cursor.u8();
  const address = cursor.optionalAddress();
  const sizes = Array.from({ length: dimensions }, () => cursor.u32());
  return { kind: 'chunked', address, chunk: sizes.slice(0, -1) };
}

function newIndex(cursor: Cursor): string {
  const dimensions = cursor.skip(1).u8();
  const index = cursor.skip(dimensions * cursor.u8()).u8();
  return chunkIndexes[index] ?? `of kind ${index}`;
}

function compactValues(values: Uint8Array, bytes: number): Uint8Array<ArrayBuffer> {
  if (values.length < bytes) throw damaged(`a dataset of ${bytes} bytes has ${values.length}`);
  return new Uint8Array(values.subarray(0, bytes));
}

/** What stands where nothing was written; undefined for zeros. */
function fillValue(storage: Storage, body: Uint8Array | undefined, bytes: number): Uint8Array | undefined {
  if (body === undefined) return undefined;
  const cursor = new Cursor(body, storage.widths, 'a fill value');
  const version = cursor.u8();
  const flags = version === 3 ? cursor.u8() : cursor.skip(2).u8();
  const isDefined = version === 3 ? (flags & 0x20) !== 0 : version === 1 || flags !== 0;
  const length = isDefined ? cursor.u32() : 0;
  if (length === 0) return undefined;
  if (length !== bytes) throw damaged(`a value of ${bytes} bytes has a fill value of ${length}`);
  return cursor.take(length);
}

function filled(bytes: number, fill: Uint8Array | undefined): Uint8Array<ArrayBuffer> {
  const values = new Uint8Array(bytes);
  if (fill?.some((byte) => byte !== 0)) for (let at = 0; at < bytes; at += fill.length) values.set(fill, at);
  return values;
}
