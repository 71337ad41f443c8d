import { ResNetError } from '@resnetjs/core';
import { quote } from '../../bad-file.js';
import { type Dtype, dtypeBytes, tensorBytes, type TensorInfo } from '../container.js';
import { Bytes } from './bytes.js';
import { messageTypes } from './object-header.js';

/** A group to be written: its members, by name, and its attributes. */
export interface Hdf5GroupToWrite {
  readonly members: ReadonlyMap<string, Hdf5GroupToWrite | Hdf5DatasetToWrite>;
  readonly attributes?: Readonly<Record<string, AttributeToWrite>>;
}

/** A dataset to be written: its values, row-major and little-endian, are asked for when it is their turn. */
export interface Hdf5DatasetToWrite extends TensorInfo {
  readonly attributes?: Readonly<Record<string, AttributeToWrite>>;
  read(): Promise<Uint8Array>;
}

/** Text (UTF-8, of varying length), a whole number (64 bits), or a list of texts. */
export type AttributeToWrite = string | number | readonly string[];

/** Values that follow, and where their address is to be put. */
interface Values {
  readonly at: number;
  readonly length: number;
  readonly dataset: Hdf5DatasetToWrite;
}

/** A text that follows, and where its place is to be put. */
interface Text {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** A file that is being written: its structures, and what comes after them. */
interface File {
  readonly bytes: Bytes;
  readonly values: Values[];
  readonly texts: Text[];
}

/** The header of an object is limited, and with it an attribute. */
const maxAttributeBytes = 64_512;
const superblockBytes = 96;

/**
 * The bytes of an HDF5 file in their order, in the oldest format, which every version of the library reads: the groups,
 * and then the values of each dataset, in the order of the groups. Throws `bad-option` for a name, a type or an attribute
 * that HDF5 doesn't have, and `shape-mismatch` for values that don't fill their dataset.
 *
 * @example
 * ```ts
 * const kernel = { dtype: 'F32', shape: [2], read: async () => new Uint8Array(8) } as const;
 * for await (const part of encodeHdf5({ members: new Map([['kernel', kernel]]) })) await file.write(part);
 * ```
 */
export async function* encodeHdf5(root: Hdf5GroupToWrite): AsyncGenerator<Uint8Array> {
  const file: File = { bytes: new Bytes(), values: [], texts: [] };
  const { bytes, values, texts } = file;
  bytes.zeros(superblockBytes);
  const header = writeGroup(file, root);
  writeTexts(bytes, texts);
  let end = bytes.length;
  for (const { at, length } of values) {
    if (length > 0) bytes.put(at, end, 8);
    end += Math.ceil(length / 8) * 8;
  }
  writeSuperblock(bytes, header, end);
  yield bytes.done();
  for (const { length, dataset } of values) {
    const read = await dataset.read();
    if (read.length !== length) {
      throw new ResNetError(
        'shape-mismatch',
        `A dataset of shape [${dataset.shape.join(', ')}] needs ${length} bytes of values, but got ${read.length}.`,
        { expected: length, found: read.length },
      );
    }
    yield read;
    if (length % 8 !== 0) yield new Uint8Array(8 - (length % 8));
  }
}

function writeSuperblock(bytes: Bytes, root: number, end: number): void {
  const start = new Bytes();
  start.raw([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]);
  start.raw([0, 0, 0, 0, 0, 8, 8, 0]); // versions; bytes of addresses and lengths
  start
    .uint(maxListNames / 2, 2)
    .uint(maxChildren / 2, 2)
    .uint(0, 4);
  start.uint(0, 8).address(undefined).uint(end, 8).address(undefined);
  start.uint(0, 8).uint(root, 8).zeros(24); // the entry of the root group
  bytes.overwrite(0, start.done());
}

/** Writes a group after its members, and returns the address of its header. */
function writeGroup(file: File, { members, attributes }: Hdf5GroupToWrite): number {
  const { bytes } = file;
  const entries = [...members].map(([name, member]) => ({
    name: nameBytes(name),
    address: 'members' in member ? writeGroup(file, member) : writeDataset(file, member),
  }));
  entries.sort((a, b) => compareBytes(a.name, b.name));
  const tree = writeSymbolTable(bytes, entries);
  return writeHeader(bytes, [
    [messageTypes.symbolTable, () => bytes.uint(tree.root, 8).uint(tree.heap, 8)],
    ...attributeMessages(file, attributes),
  ]);
}

function nameBytes(name: string): Uint8Array {
  if (name === '' || name === '.' || /[/\0]/.test(name)) {
    throw new ResNetError(
      'bad-option',
      `${quote(name)} is no name in an HDF5 file; it must not be empty, and have no slash.`,
      { name },
    );
  }
  return new TextEncoder().encode(name);
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const difference = (a[at] as number) - (b[at] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

const maxListNames = 8;
const maxChildren = 32;

/** What a node of a group's tree refers to, with the place in the heap of the last name in it. */
interface Child {
  readonly address: number;
  readonly last: number;
}

/** Writes a group's names, sorted: a heap, lists of names, and levels of nodes over them. */
function writeSymbolTable(
  bytes: Bytes,
  entries: readonly { readonly name: Uint8Array; readonly address: number }[],
): { root: number; heap: number } {
  const names = new Bytes();
  names.zeros(8); // an empty name: the least
  const places = entries.map(({ name }) => {
    const at = names.length;
    names.raw(name).uint(0, 1).align();
    return at;
  });
  const heap = bytes.length;
  bytes.letters('HEAP').zeros(4).uint(names.length, 8).uint(1, 8); // no free space
  bytes.uint(bytes.length + 8, 8).raw(names.done());

  let children: Child[] = [];
  for (let start = 0; start < entries.length; start += maxListNames) {
    const list = entries.slice(start, start + maxListNames);
    children.push({ address: bytes.length, last: places[start + list.length - 1] as number });
    bytes.letters('SNOD').raw([1, 0]).uint(list.length, 2);
    for (const [index, { address }] of list.entries())
      bytes
        .uint(places[start + index] as number, 8)
        .uint(address, 8)
        .zeros(24);
    bytes.zeros((maxListNames - list.length) * 40);
  }
  for (let level = 0; level === 0 || children.length > 1; level++)
    children = writeLevel(bytes, children, level);
  return { root: (children[0] as Child).address, heap };
}

/** Writes the nodes over children, each at most full: at least one. */
function writeLevel(bytes: Bytes, children: readonly Child[], level: number): Child[] {
  const nodeBytes = 24 + maxChildren * 16 + 8;
  const first = bytes.length;
  const count = Math.max(Math.ceil(children.length / maxChildren), 1);
  return Array.from({ length: count }, (_, index) => {
    const address = first + index * nodeBytes;
    const own = children.slice(index * maxChildren, (index + 1) * maxChildren);
    bytes.letters('TREE').raw([0, level]).uint(own.length, 2);
    bytes.address(index > 0 ? address - nodeBytes : undefined);
    bytes.address(index < count - 1 ? address + nodeBytes : undefined);
    bytes.uint(children[index * maxChildren - 1]?.last ?? 0, 8);
    for (const child of own) bytes.uint(child.address, 8).uint(child.last, 8);
    bytes.zeros((maxChildren - own.length) * 16);
    return { address, last: own.at(-1)?.last ?? 0 };
  });
}

type Message = readonly [type: number, write: () => unknown];

/** Writes an object's header, and returns its address. */
function writeHeader(bytes: Bytes, messages: readonly Message[]): number {
  const address = bytes.length;
  bytes.raw([1, 0]).uint(messages.length, 2).uint(1, 4).uint(0, 8);
  for (const [type, write] of messages) {
    const start = bytes.length;
    bytes.uint(type, 2).zeros(6);
    write();
    bytes.align().put(start + 2, bytes.length - start - 8, 2);
  }
  bytes.put(address + 8, bytes.length - address - 16, 4);
  return address;
}

function writeDataset(file: File, dataset: Hdf5DatasetToWrite): number {
  const { bytes, values } = file;
  const { dtype, shape } = dataset;
  const length = tensorBytes(dataset);
  const mark = dtype === 'BF16' ? { dtype: 'bfloat16' } : {}; // as Keras says it
  return writeHeader(bytes, [
    [messageTypes.dataspace, () => writeShape(bytes, shape)],
    [messageTypes.datatype, () => writeType(bytes, dtype)],
    [messageTypes.fillValue, () => bytes.raw([2, 2, 2, 1]).uint(0, 4)], // zeros
    [
      messageTypes.layout,
      () => {
        bytes.raw([3, 1]);
        values.push({ at: bytes.length, length, dataset });
        bytes.address(undefined).uint(length, 8);
      },
    ],
    ...attributeMessages(file, { ...mark, ...dataset.attributes }),
  ]);
}

function writeShape(bytes: Bytes, shape: readonly number[]): void {
  bytes.raw([1, shape.length]).zeros(6);
  for (const size of shape) bytes.uint(size, 8);
}

/** The exponent's first bit, its bits, and its bias. */
const floats: Partial<Record<Dtype, readonly [number, number, number]>> = {
  F16: [10, 5, 15],
  F32: [23, 8, 127],
  F64: [52, 11, 1023],
};

function writeType(bytes: Bytes, dtype: Dtype): void {
  const width = dtypeBytes[dtype];
  const float = floats[dtype];
  if (float !== undefined) {
    const [exponent, exponentBits, bias] = float;
    bytes
      .raw([0x11, 0x20, width * 8 - 1, 0])
      .uint(width, 4)
      .uint(0, 2)
      .uint(width * 8, 2);
    bytes.raw([exponent, exponentBits, 0, exponent]).uint(bias, 4);
  } else if (dtype === 'BF16') {
    bytes.raw([0x15, 0, 0, 0]).uint(width, 4);
  } else if (/^[IU]/.test(dtype)) {
    bytes
      .raw([0x10, dtype.startsWith('I') ? 8 : 0, 0, 0])
      .uint(width, 4)
      .uint(0, 2)
      .uint(width * 8, 2);
  } else {
    throw new ResNetError(
      'bad-option',
      `Values of type ${dtype} have no place in an HDF5 file; convert them.`,
      {
        dtype,
      },
    );
  }
}

function attributeMessages(
  file: File,
  attributes: Readonly<Record<string, AttributeToWrite>> = {},
): Message[] {
  return Object.entries(attributes).map(([name, value]) => [
    messageTypes.attribute,
    () => writeAttribute(file, name, value),
  ]);
}

function writeAttribute(file: File, name: string, value: AttributeToWrite): void {
  const { bytes } = file;
  const texts = typeof value === 'number' ? [] : typeof value === 'string' ? [value] : value;
  const key = new TextEncoder().encode(`${name}\0`);
  if (key.length + 64 + texts.length * 16 > maxAttributeBytes) {
    throw new ResNetError(
      'bad-option',
      `The attribute ${quote(name)} has ${texts.length} texts, more than fit; write several attributes.`,
      { name, texts: texts.length },
    );
  }
  const isNumber = typeof value === 'number';
  const isList = !isNumber && typeof value !== 'string';
  const typeBytes = isNumber ? 12 : 20;
  const spaceBytes = isList ? 16 : 8;
  bytes.raw([1, 0]).uint(key.length, 2).uint(typeBytes, 2).uint(spaceBytes, 2);
  bytes.raw(key).align();
  if (isNumber) writeType(bytes, 'I64');
  else bytes.raw([0x19, 1, 1, 0]).uint(16, 4).raw([0x10, 0, 0, 0]).uint(1, 4).uint(0, 2).uint(8, 2);
  bytes.align();
  writeShape(bytes, isList ? [texts.length] : []);
  if (isNumber) bytes.int64(value);
  for (const text of texts) {
    const encoded = new TextEncoder().encode(text);
    bytes.uint(encoded.length, 4);
    if (encoded.length > 0) file.texts.push({ at: bytes.length, bytes: encoded });
    bytes.zeros(12);
  }
}

const collectionBytes = 4096; // the least, and what the library makes
const maxCollectionTexts = 1000;

/** Writes the texts of attributes into collections, and puts their places where they belong. */
function writeTexts(bytes: Bytes, texts: readonly Text[]): void {
  for (let start = 0; start < texts.length; start += maxCollectionTexts) {
    const address = bytes.length;
    bytes.letters('GCOL').raw([1, 0, 0, 0]).uint(0, 8);
    for (const [index, text] of texts.slice(start, start + maxCollectionTexts).entries()) {
      bytes
        .uint(index + 1, 2)
        .uint(1, 2)
        .uint(0, 4)
        .uint(text.bytes.length, 8)
        .raw(text.bytes)
        .align();
      bytes.put(text.at, address, 8).put(text.at + 8, index + 1, 4);
    }
    const free = Math.max(collectionBytes - (bytes.length - address), 16);
    bytes
      .uint(0, 8)
      .uint(free, 8)
      .zeros(free - 16);
    bytes.put(address + 8, bytes.length - address, 8);
  }
}
