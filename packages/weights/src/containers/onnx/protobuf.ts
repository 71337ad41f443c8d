// Protocol buffers' wire format, as far as an ONNX file needs it: https://protobuf.dev/programming-guides/encoding

/** Bytes that are read when it is their turn. */
export interface LaterBytes {
  readonly size: number;
  read(): Promise<Uint8Array>;
}

/** An encoded part of a message, in pieces, so that no message is held whole. */
export interface Encoded {
  /** Bytes in all pieces. */
  readonly size: number;
  readonly pieces: readonly (Uint8Array | LaterBytes)[];
}

const wireTypes = { varint: 0, lengthDelimited: 2, fixed32: 5 } as const;

const of = (bytes: Uint8Array): Encoded => ({ size: bytes.length, pieces: [bytes] });

/** Seven bits per byte, the lowest first; a byte's highest bit says that another follows. */
function varint(value: number): Encoded {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return of(Uint8Array.from([...bytes, rest]));
}

const tag = (field: number, type: keyof typeof wireTypes) => varint(field * 8 + wireTypes[type]);

/** Parts one after another. */
export function joined(parts: readonly Encoded[]): Encoded {
  return {
    size: parts.reduce((sum, { size }) => sum + size, 0),
    pieces: parts.flatMap(({ pieces }) => pieces),
  };
}

function delimited(field: number, content: Encoded): Encoded {
  return joined([tag(field, 'lengthDelimited'), varint(content.size), content]);
}

/** A whole number from 0 to 2⁵³ − 1. */
export const integer = (field: number, value: number): Encoded =>
  joined([tag(field, 'varint'), varint(value)]);

export function float(field: number, value: number): Encoded {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return joined([tag(field, 'fixed32'), of(bytes)]);
}

export const text = (field: number, value: string): Encoded =>
  delimited(field, of(new TextEncoder().encode(value)));

export const bytes = (field: number, value: LaterBytes): Encoded =>
  delimited(field, { size: value.size, pieces: [value] });

export const message = (field: number, parts: readonly Encoded[]): Encoded => delimited(field, joined(parts));
