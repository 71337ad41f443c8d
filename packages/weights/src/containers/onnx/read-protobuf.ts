// Protocol buffers' wire format, read lazily: https://protobuf.dev/programming-guides/encoding
import { badFile } from '../../bad-file.js';
import type { ByteSource } from '../../byte-source.js';

/** A field of a message: a number, or where its bytes are in the file. */
export interface Field {
  readonly number: number;
  readonly type: 'varint' | 'float' | 'double' | 'bytes';
  /** A varint as a signed 64-bit number, exact below 2⁵³; a float's or double's value; 0 for bytes. */
  readonly value: number;
  /** Its content is from here, */
  readonly start: number;
  /** up to, and not including, here. */
  readonly end: number;
}

/** Reads messages of a file, a field at a time, through a small window. */
export interface ProtobufReader {
  /** The fields of a message, in their order. Throws `bad-file`. */
  fields(message: Pick<Field, 'type' | 'start' | 'end'>): AsyncGenerator<Field, void, undefined>;
  /** A field's text. Throws `bad-file` if it is longer than `maxTextBytes`, or not UTF-8. */
  text(field: Field): Promise<string>;
  /** A field's bytes, in a new array. */
  bytes(field: Pick<Field, 'start' | 'end'>): Promise<Uint8Array<ArrayBuffer>>;
}

const windowBytes = 16 * 2 ** 10;
/** A tag of ten bytes, and a length of ten. */
const maxHeadBytes = 20;
const maxTextBytes = 4 * 2 ** 20;
/** The fields of a network with a thousand layers are some hundred thousand. */
const maxFields = 2 ** 21;

/** The error for bytes that are no ONNX file's. */
export function damagedOnnx(problem: string) {
  return badFile(
    `The ONNX file is damaged or truncated: ${problem}. Copy the file again, or export it again.`,
  );
}

/** A reader of a file of messages. It reads each field's head, and of what is in it no more than is asked for. */
export function protobufReader(source: ByteSource): ProtobufReader {
  let window = new Uint8Array();
  let origin = 0;
  let fields = 0;

  /** The bytes from `at` on, at least as many as a field's head may have, unless `end` comes first. */
  async function head(at: number, end: number): Promise<Uint8Array> {
    const last = Math.min(at + maxHeadBytes, end);
    if (at < origin || last > origin + window.length) {
      window = await source.read(at, Math.min(at + windowBytes, source.size));
      origin = at;
      if (last > origin + window.length) throw damagedOnnx('it ends too early');
    }
    return window.subarray(at - origin, last - origin);
  }

  async function bytes({ start, end }: Pick<Field, 'start' | 'end'>) {
    if (start >= origin && end <= origin + window.length) return window.slice(start - origin, end - origin);
    const content = await source.read(start, end);
    if (content.length !== end - start) throw damagedOnnx('it ended while it was read');
    return content;
  }

  return {
    bytes,
    async *fields({ type, start, end }) {
      if (type !== 'bytes') throw damagedOnnx(`there is a number for a message at byte ${start}`);
      for (let at = start; at < end; ) {
        if (++fields > maxFields) throw damagedOnnx(`it has more than ${maxFields} fields`);
        const field = readField(await head(at, end), at, end);
        yield field;
        at = field.end;
      }
    },
    async text(field) {
      const length = field.end - field.start;
      if (field.type !== 'bytes') throw damagedOnnx(`there is a number for a text at byte ${field.start}`);
      if (length > maxTextBytes) throw damagedOnnx(`it has a text of ${length} bytes at byte ${field.start}`);
      try {
        return utf8.decode(await bytes(field));
      } catch (cause) {
        throw badFile(`The ONNX file has a text at byte ${field.start} that is not UTF-8.`, {}, cause);
      }
    },
  };
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A field by its first bytes, which are at `at` in a message that ends at `end`. */
function readField(head: Uint8Array, at: number, end: number): Field {
  const tag = readVarint(head, 0, at);
  const number = Math.floor(unsigned(tag) / 8);
  if (number === 0 || number >= 2 ** 29) throw damagedOnnx(`byte ${at} begins no field`);
  const start = at + tag.next;
  const fixed = (type: 'float' | 'double', bytes: number): Field => {
    if (start + bytes > end) throw damagedOnnx(`the number at byte ${at} reaches beyond its message`);
    const view = new DataView(head.buffer, head.byteOffset + tag.next, bytes);
    const value = type === 'float' ? view.getFloat32(0, true) : view.getFloat64(0, true);
    return { number, type, value, start, end: start + bytes };
  };
  switch (tag.low & 7) {
    case 0: {
      const value = readVarint(head, tag.next, at);
      return { number, type: 'varint', value: signed(value), start, end: at + value.next };
    }
    case 1:
      return fixed('double', 8);
    case 2: {
      const length = readVarint(head, tag.next, at);
      const from = at + length.next;
      const to = from + unsigned(length);
      if (to > end) {
        throw damagedOnnx(`the field at byte ${at} is ${to - from} bytes long, and ${end - from} follow`);
      }
      return { number, type: 'bytes', value: 0, start: from, end: to };
    }
    case 5:
      return fixed('float', 4);
    default:
      throw damagedOnnx(`byte ${at} begins a field of a kind that ONNX doesn't have`);
  }
}

/** The halves of a 64-bit number, and where it ends. */
export interface Varint {
  readonly low: number;
  readonly high: number;
  readonly next: number;
}

/**
 * Seven bits per byte, the lowest first; a byte's highest bit says that another follows.
 *
 * @param origin where the bytes begin in the file, for the error
 */
export function readVarint(bytes: Uint8Array, start: number, origin: number): Varint {
  let [low, high] = [0, 0];
  for (let at = start, shift = 0; shift < 70; at++, shift += 7) {
    const byte = bytes[at];
    if (byte === undefined)
      throw damagedOnnx(`the number at byte ${origin + start} reaches beyond its message`);
    if (shift < 32) low |= (byte & 127) << shift;
    if (shift === 28) high |= (byte & 127) >> 4;
    if (shift > 28) high |= (byte & 127) << (shift - 32);
    if (byte < 128) return { low: low >>> 0, high: high >>> 0, next: at + 1 };
  }
  throw damagedOnnx(`the number at byte ${origin + start} has more than 64 bits`);
}

const unsigned = ({ low, high }: Varint) => high * 2 ** 32 + low;
const signed = ({ low, high }: Varint) => (high | 0) * 2 ** 32 + low;
