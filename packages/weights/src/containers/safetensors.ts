import { ResNetError } from '@resnetjs/core';
import { badFile, quote } from '../bad-file.js';
import { type ByteSource, readExactly } from '../byte-source.js';
import { elements } from './container.js';
import { parseJson } from '../parse-json.js';
import {
  type TensorContainer,
  type Dtype,
  dtypeBytes,
  type TensorInfo,
  type TensorToWrite,
} from './container.js';

/** One tensor in a safetensors file. */
export interface TensorEntry extends TensorInfo {
  /** Where its values start, in bytes from the start of the file. */
  readonly start: number;
  /** Where its values end: the first byte after them. */
  readonly end: number;
}

/** The header of a safetensors file. */
export interface SafetensorsHeader {
  /** The strings in `__metadata__`. */
  readonly metadata: ReadonlyMap<string, string>;
  /** By name. */
  readonly tensors: ReadonlyMap<string, TensorEntry>;
}

/** A safetensors file, opened. */
export interface SafetensorsFile extends TensorContainer, SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  /** The bytes before the tensors. */
  readonly header: Uint8Array<ArrayBuffer>;
}

const lengthBytes = 8;
const alignment = 8;
/** The largest networks have headers of some hundred kilobytes. */
const maxHeaderBytes = 16 * 2 ** 20;
const maxDimensions = 16;
const metadataKey = '__metadata__';
const copyAgain = 'Copy the file again, or train the model again.';

interface FileLayout {
  /** The bytes before the tensors. */
  readonly header: Uint8Array<ArrayBuffer>;
  /** Where each tensor starts, in bytes from the start of the file. */
  readonly starts: ReadonlyMap<string, number>;
  /** The size of the file in bytes. */
  readonly size: number;
}

/** Lays out a file of tensors in this order: its header, and the position of each tensor. Default of `dtype`: F32. */
export function layOut(
  tensors: readonly {
    readonly id: string;
    readonly shape: readonly number[];
    readonly dtype?: Dtype;
  }[],
  metadata: Readonly<Record<string, string>>,
): FileLayout {
  let size = 0;
  const entries = tensors.map(({ id, shape, dtype = 'F32' }) => {
    const start = size;
    size += dtypeBytes[dtype] * elements(shape);
    return [id, { dtype, shape, data_offsets: [start, size] }] as const;
  });
  const json = new TextEncoder().encode(
    JSON.stringify({ [metadataKey]: metadata, ...Object.fromEntries(entries) }),
  );
  const headerLength = Math.ceil(json.length / alignment) * alignment;
  const dataStart = lengthBytes + headerLength;

  const header = new Uint8Array(dataStart);
  new DataView(header.buffer).setBigUint64(0, BigInt(headerLength), true);
  header.set(json, lengthBytes);
  header.fill(0x20, lengthBytes + json.length);
  const starts = new Map(entries.map(([id, entry]) => [id, dataStart + entry.data_offsets[0]!]));
  return { header, starts, size: dataStart + size };
}

/**
 * A safetensors file in parts: its header, then each tensor, whose values are asked for when it is their turn.
 *
 * @example
 * ```ts
 * const tensors = [{ name: 'fc.bias', dtype: 'F32', shape: [2], read: async () => new Uint8Array(8) }] as const;
 * await writeFile('weights.safetensors', encodeSafetensors(tensors, { format: 'pt' })); // of node:fs/promises
 * ```
 */
export async function* encodeSafetensors(
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>> = {},
): AsyncGenerator<Uint8Array, void, void> {
  yield layOut(
    tensors.map(({ name, shape, dtype }) => ({ id: name, shape, dtype })),
    metadata,
  ).header;
  for (const tensor of tensors) yield await tensor.read();
}

/**
 * Opens a safetensors file of any origin: reads its header, and then each tensor when it is asked for. Throws
 * `bad-file`.
 *
 * @example
 * ```ts
 * const file = await openSafetensors(byteSource(blob));
 * for (const [name, { dtype, shape }] of file.tensors) console.log(name, dtype, shape);
 * const bytes = await file.read('stem.1.kernel');
 * ```
 */
export async function openSafetensors(source: ByteSource): Promise<SafetensorsFile> {
  const { size } = source;
  const header = await readExactly(
    source,
    0,
    dataStartOf(await source.read(0, Math.min(lengthBytes, size)), size),
  );
  const { metadata, tensors } = readSafetensorsHeader(header, size);
  return {
    metadata,
    tensors,
    header,
    async read(name) {
      const entry = tensors.get(name);
      if (entry === undefined) {
        throw new ResNetError('unknown-name', `The file holds no tensor ${quote(name)}.`, { name });
      }
      return readExactly(source, entry.start, entry.end);
    },
  };
}

/**
 * Reads the header of a safetensors file of any origin, and checks that its tensors fill the file. Throws `bad-file`.
 *
 * @param bytes the file, or its start up to the end of the header
 * @param fileSize the size of the file in bytes. Default: that of `bytes`.
 *
 * @example
 * ```ts
 * const { tensors } = readSafetensorsHeader(bytes);
 * for (const [name, { dtype, shape }] of tensors) console.log(name, dtype, shape);
 * ```
 */
export function readSafetensorsHeader(bytes: Uint8Array, fileSize = bytes.length): SafetensorsHeader {
  const { json, dataStart } = readJson(bytes, fileSize);
  let metadata: ReadonlyMap<string, string> = new Map();
  const tensors = new Map<string, TensorEntry>();
  for (const [name, value] of Object.entries(json)) {
    if (name === metadataKey) metadata = readMetadata(value);
    else tensors.set(name, readEntry(name, value, dataStart, fileSize));
  }
  checkCover(tensors, dataStart, fileSize);
  return { metadata, tensors };
}

/** Where the tensors start, read from the first eight bytes of a file of `fileSize` bytes. Throws `bad-file`. */
function dataStartOf(start: Uint8Array, fileSize: number): number {
  if (fileSize < lengthBytes + 2 || start.length < lengthBytes) {
    throw badFile(
      `The file has ${fileSize} bytes, too few for a safetensors file: it is empty or truncated. ${copyAgain}`,
      { bytes: fileSize },
    );
  }
  const length = new DataView(start.buffer, start.byteOffset).getBigUint64(0, true);
  const room = Math.min(fileSize - lengthBytes, maxHeaderBytes);
  if (length < 2n || length > BigInt(room)) {
    throw badFile(
      `The file says that its header has ${length} bytes, but there is room for 2 to ${room}: ` +
        `it is truncated, or not a safetensors file. ${copyAgain}`,
      { headerLength: String(length), bytes: fileSize },
    );
  }
  return lengthBytes + Number(length);
}

function readJson(bytes: Uint8Array, fileSize: number): { json: object; dataStart: number } {
  const dataStart = dataStartOf(bytes, fileSize);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(lengthBytes, dataStart));
    const json = parseJson(text);
    if (isRecord(json)) return { json, dataStart };
  } catch (cause) {
    throw badFile(
      `The file's header is not JSON: it is damaged, or not a safetensors file. ${copyAgain}`,
      {},
      cause,
    );
  }
  throw badFile(`The file's header is JSON, but not an object of tensors. ${copyAgain}`);
}

function readMetadata(value: unknown): ReadonlyMap<string, string> {
  if (isRecord(value)) {
    const entries = Object.entries(value);
    if (entries.every((entry): entry is [string, string] => typeof entry[1] === 'string'))
      return new Map(entries);
  }
  throw badFile(`The file's ${metadataKey} must be an object of strings. ${copyAgain}`);
}

function readEntry(name: string, value: unknown, dataStart: number, fileSize: number): TensorEntry {
  const wrong = (problem: string) =>
    badFile(`Tensor ${quote(name)} ${problem}. ${copyAgain}`, { tensor: name });
  const { dtype, shape, data_offsets: offsets } = isRecord(value) ? (value as Record<string, unknown>) : {};
  if (!isDtype(dtype)) throw wrong('has a dtype that safetensors does not have');
  if (!isSizes(shape) || shape.length > maxDimensions) throw wrong('has a shape that is not a list of sizes');
  if (!isSizes(offsets) || offsets.length !== 2) throw wrong('has offsets that are not two positions');
  const [from, to] = offsets as [number, number];
  const room = fileSize - dataStart;
  if (from > to || to > room) {
    throw wrong(
      `is at bytes ${from} to ${to} of the data, but the file holds ${room}: it is truncated, or the offsets are wrong`,
    );
  }
  const expected = dtypeBytes[dtype] * elements(shape);
  if (to - from !== expected) {
    throw wrong(
      `has shape [${shape.join(', ')}], ${expected} bytes, but its offsets are ${to - from} bytes apart`,
    );
  }
  return { dtype, shape, start: dataStart + from, end: dataStart + to };
}

/** Checks that the tensors cover the data from end to end, each byte once. */
function checkCover(tensors: ReadonlyMap<string, TensorEntry>, dataStart: number, fileSize: number): void {
  const inOrder = [...tensors].sort(([, a], [, b]) => a.start - b.start || a.end - b.end);
  let covered = dataStart;
  for (const [name, { start, end }] of inOrder) {
    if (start !== covered) {
      const what =
        start < covered
          ? 'overlaps the tensor before it'
          : `leaves a gap of ${start - covered} bytes before it`;
      throw badFile(`Tensor ${quote(name)} ${what}. ${copyAgain}`, { tensor: name });
    }
    covered = end;
  }
  if (covered !== fileSize) {
    throw badFile(`${fileSize - covered} bytes at the end of the file belong to no tensor. ${copyAgain}`, {
      bytes: fileSize - covered,
    });
  }
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isDtype(value: unknown): value is Dtype {
  return typeof value === 'string' && Object.hasOwn(dtypeBytes, value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
