import { Cursor, damaged, unsupported, utf8 } from './cursor.js';
import { swapBytes } from '../swap-bytes.js';
import { type Datatype, countedElements, readDataspace, readDatatype } from './datatype.js';
import { attributeIds, denseObjects } from './dense.js';
import { globalHeap } from './global-heap.js';
import { messageBody, messageTypes, type ObjectHeader } from './object-header.js';
import type { Storage } from './storage.js';

/**
 * What an attribute says: text or a number, or a list of them, its rows one after the other. Null: nothing, or of a type
 * that isn't read.
 */
export type AttributeValue = string | number | bigint | readonly (string | number | bigint)[] | null;

/** An object's attributes, in the file's order. Throws `bad-file`. */
export async function readAttributes(
  storage: Storage,
  header: ObjectHeader,
): Promise<ReadonlyMap<string, AttributeValue>> {
  let messages: readonly { body: Uint8Array; shared: boolean }[] = header.filter(
    ({ type }) => type === messageTypes.attribute,
  );
  const info = messageBody(header, 'attributeInfo');
  if (info !== undefined) {
    const cursor = new Cursor(info, storage.widths, 'the list of attributes').skip(1);
    if (cursor.u8() & 1) cursor.skip(2);
    const heap = cursor.optionalAddress();
    if (heap !== undefined) {
      const bodies = await denseObjects(storage, heap, cursor.address(), attributeIds);
      messages = bodies.map((body) => ({ body, shared: false }));
    }
  }
  const attributes = new Map<string, AttributeValue>();
  for (const { body, shared } of messages) {
    if (shared) throw unsupported('an attribute that stands apart from its object');
    const [name, value] = await readAttribute(storage, body);
    if (attributes.has(name)) throw damaged('an object has an attribute twice');
    attributes.set(name, value);
  }
  return attributes;
}

async function readAttribute(storage: Storage, body: Uint8Array): Promise<[string, AttributeValue]> {
  const cursor = new Cursor(body, storage.widths, 'an attribute');
  const version = cursor.u8();
  if (version < 1 || version > 3) throw unsupported(`an attribute of version ${version}`);
  const flags = cursor.u8();
  const lengths = [cursor.u16(), cursor.u16(), cursor.u16()];
  if (version === 3) cursor.skip(1); // UTF-8, or ASCII, which is UTF-8
  const [nameBytes, typeBytes, spaceBytes] = lengths.map((length) => {
    const part = cursor.take(length);
    if (version === 1) cursor.align();
    return part;
  }) as [Uint8Array, Uint8Array, Uint8Array];
  const name = new Cursor(nameBytes, storage.widths, 'the name of an attribute').untilZero();
  if (version > 1 && (flags & 3) !== 0) return [utf8(name), null]; // its type stands elsewhere
  const shape = readDataspace(spaceBytes, storage);
  if (shape === undefined) return [utf8(name), null];
  const type = readDatatype(typeBytes, storage);
  const count = countedElements(shape);
  const values = new Cursor(cursor.take(count * type.bytes), storage.widths, 'an attribute');
  const list = await valuesOf(storage, type, values, count);
  return [utf8(name), list === null || shape.length > 0 ? list : (list[0] ?? null)];
}

async function valuesOf(storage: Storage, type: Datatype, values: Cursor, count: number) {
  if (type.kind === 'opaque' || type.kind === 'other') return null;
  const list: (string | number | bigint)[] = [];
  for (let element = 0; element < count; element++) {
    if (type.kind === 'number') list.push(numberOf(type, values.take(type.bytes)));
    else if (type.kind === 'text') list.push(fixedText(values.take(type.bytes), type.padding));
    else list.push(await textElsewhere(storage, values));
  }
  return list;
}

function fixedText(bytes: Uint8Array, padding: 'zero' | 'space'): string {
  const end = bytes.indexOf(0);
  const text = utf8(end < 0 ? bytes : bytes.subarray(0, end));
  return padding === 'space' ? text.trimEnd() : text;
}

async function textElsewhere(storage: Storage, reference: Cursor): Promise<string> {
  const length = reference.u32();
  const [address, index] = [reference.optionalAddress(), reference.u32()];
  if (length === 0) return '';
  if (address === undefined) throw damaged('a text is said to be nowhere');
  return fixedText(await globalHeap(storage, address, index, length), 'zero');
}

function numberOf({ dtype, bigEndian }: Datatype & { kind: 'number' }, bytes: Uint8Array): number | bigint {
  const copy = bytes.slice();
  if (bigEndian) swapBytes(copy, copy.length);
  const view = new DataView(copy.buffer);
  if (dtype === 'F64') return view.getFloat64(0, true);
  if (dtype === 'F32') return view.getFloat32(0, true);
  if (dtype === 'BF16') return bfloat(view.getUint16(0, true));
  if (dtype === 'F16') return half(view.getUint16(0, true));
  const bits = copy.length * 8;
  const unsigned = copy.reduceRight((value, byte) => value * 256n + BigInt(byte), 0n);
  const value = dtype.startsWith('I') ? BigInt.asIntN(bits, unsigned) : unsigned;
  return BigInt(Number(value)) === value && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function bfloat(bits: number): number {
  return new Float32Array(Uint32Array.of(bits * 2 ** 16).buffer)[0] as number;
}

function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const [exponent, mantissa] = [(bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * mantissa * 2 ** -24 : sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}
