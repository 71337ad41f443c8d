import { NumpyDtype, Opaque, type PickleValue } from './pickle-values.js';

const readers: Readonly<Record<string, (view: DataView, little: boolean) => PickleValue>> = {
  b1: (view) => view.getUint8(0) !== 0,
  i1: (view) => view.getInt8(0),
  i2: (view, little) => view.getInt16(0, little),
  i4: (view, little) => view.getInt32(0, little),
  i8: (view, little) => view.getBigInt64(0, little),
  u1: (view) => view.getUint8(0),
  u2: (view, little) => view.getUint16(0, little),
  u4: (view, little) => view.getUint32(0, little),
  u8: (view, little) => view.getBigUint64(0, little),
  f4: (view, little) => view.getFloat32(0, little),
  f8: (view, little) => view.getFloat64(0, little),
};

/** The value of a NumPy scalar; those that aren't numbers stay what they are. */
export function numpyScalar([dtype, content]: readonly PickleValue[]): PickleValue {
  const code = dtype instanceof NumpyDtype ? dtype.code : '';
  const read = Object.hasOwn(readers, code) ? readers[code] : undefined;
  const bytes = bytesOf(content, Number(code[1]));
  if (read === undefined || bytes === undefined) return new Opaque('numpy scalar');
  const value = read(
    new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
    !(dtype as NumpyDtype).isBigEndian,
  );
  return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

/** As bytes or as a string, as Python 2 had them: of as many characters, or as much UTF-8. */
function bytesOf(content: PickleValue | undefined, length: number): Uint8Array | undefined {
  if (content instanceof Uint8Array) return content.length === length ? content : undefined;
  if (typeof content !== 'string' || content.length > length) return undefined;
  const utf8 = new TextEncoder().encode(content);
  if (utf8.length === length) return utf8;
  return content.length === length ? Uint8Array.from(content, (each) => each.charCodeAt(0)) : undefined;
}
