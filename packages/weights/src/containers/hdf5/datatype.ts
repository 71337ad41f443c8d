import { type Dtype, dtypeBytes, elements } from '../container.js';
import { Cursor, damaged, unsupported } from './cursor.js';
import type { Storage } from './storage.js';

/** The type of a dataset's or an attribute's elements, with their size in bytes. */
export type Datatype =
  | { readonly kind: 'number'; readonly bytes: number; readonly dtype: Dtype; readonly bigEndian: boolean }
  | { readonly kind: 'text'; readonly bytes: number; readonly padding: 'zero' | 'space' }
  | { readonly kind: 'text elsewhere'; readonly bytes: number }
  | { readonly kind: 'opaque'; readonly bytes: number }
  | { readonly kind: 'other'; readonly bytes: number; readonly name: string };

const classNames = [
  ...['integers', 'floats', 'times', 'text', 'bit fields', 'opaque values', 'compound values', 'references'],
  ...['enumerations', 'lists of varying length', 'arrays', 'complex numbers'],
];

/** Exponent's and mantissa's first bit and bits, and the exponent's bias. */
const floats: Readonly<Record<string, Dtype>> = {
  '10,5,0,10,15': 'F16',
  '7,8,0,7,127': 'BF16',
  '23,8,0,23,127': 'F32',
  '52,11,0,52,1023': 'F64',
};

/** Reads a datatype message. Throws `bad-file` for what can't be; a type that isn't read is of kind `other`. */
export function readDatatype(body: Uint8Array, storage: Storage): Datatype {
  return datatypeAt(new Cursor(body, storage.widths, 'a type'));
}

function datatypeAt(cursor: Cursor): Datatype {
  const type = cursor.u8() & 15;
  const flags = cursor.uint(3);
  const bytes = cursor.u32();
  if (bytes === 0) throw damaged('a type has no bytes');
  const other = { kind: 'other', bytes, name: classNames[type] ?? `values of type ${type}` } as const;
  const number = (dtype: string | undefined): Datatype =>
    isDtype(dtype) && dtypeBytes[dtype] === bytes
      ? { kind: 'number', bytes, dtype, bigEndian: (flags & 1) === 1 }
      : { ...other, name: `${other.name} of ${bytes} bytes` };
  if (type === 0) {
    const whole = cursor.u16() === 0 && cursor.u16() === bytes * 8;
    return number(whole ? `${flags & 8 ? 'I' : 'U'}${bytes * 8}` : undefined);
  }
  if (type === 1) {
    const whole = cursor.u16() === 0 && cursor.u16() === bytes * 8 && (flags & 0x40) === 0;
    const fields = [cursor.u8(), cursor.u8(), cursor.u8(), cursor.u8(), cursor.u32()];
    return number(whole ? floats[fields.join()] : undefined);
  }
  if (type === 3) return { kind: 'text', bytes, padding: (flags & 15) === 2 ? 'space' : 'zero' };
  if (type === 5) return { kind: 'opaque', bytes };
  if (type === 8 && bytes === 1 && isBoolean(cursor, flags)) {
    return { kind: 'number', bytes, dtype: 'BOOL', bigEndian: false };
  }
  if (type === 9 && (flags & 15) === 1) return { kind: 'text elsewhere', bytes };
  return other;
}

function isDtype(name: string | undefined): name is Dtype {
  return name !== undefined && Object.hasOwn(dtypeBytes, name);
}

/** Whether an enumeration is that of h5py's booleans. */
function isBoolean(cursor: Cursor, flags: number): boolean {
  if ((flags & 0xffff) !== 2) return false;
  datatypeAt(cursor);
  const start = cursor.take(Math.min(cursor.left, 24));
  return new TextDecoder().decode(start).replaceAll('\0', '').startsWith('FALSETRUE');
}

const maxDimensions = 32;

/** The dimensions of a dataset or an attribute: none for a scalar, and undefined for nothing at all. Throws `bad-file`. */
export function readDataspace(body: Uint8Array, storage: Storage): readonly number[] | undefined {
  const cursor = new Cursor(body, storage.widths, 'a shape');
  const version = cursor.u8();
  if (version !== 1 && version !== 2) throw unsupported(`a shape of version ${version}`);
  const dimensions = cursor.u8();
  if (dimensions > maxDimensions) throw damaged(`a shape has ${dimensions} dimensions`);
  const type = cursor.skip(1).u8();
  if (version === 2 && type === 2) return undefined;
  if (version === 1) cursor.skip(4);
  return Array.from({ length: dimensions }, () => cursor.length());
}

/** The number of values of a shape. Throws `bad-file` for one that can't be counted. */
export function countedElements(shape: readonly number[]): number {
  const count = elements(shape);
  if (!Number.isSafeInteger(count)) throw damaged(`a shape of [${shape.join(', ')}] is beyond any file`);
  return count;
}
