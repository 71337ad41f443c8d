export type ImageKind = 'jpeg' | 'png' | 'webp';

/** A JPEG's segment, or a PNG's or a WebP's chunk. */
export interface FilePart {
  /** A chunk's type, or a segment's marker: 'FFE1'. */
  readonly name: string;
  readonly content: Uint8Array;
  /** Where the whole part begins and ends in the file, with its name, length and checksum. */
  readonly start: number;
  readonly end: number;
}

/** A file with more was made to take time. */
export const MAX_PARTS = 2 ** 18;

/**
 * The parts of an image file, in its order: a JPEG's as far as its first scan. Ends where the file is damaged, or after
 * `MAX_PARTS`.
 */
export function* fileParts(bytes: Uint8Array, kind: ImageKind): Generator<FilePart> {
  let count = 0;
  for (const part of partsOf(bytes, kind)) {
    yield part;
    if (++count === MAX_PARTS) return;
  }
}

function partsOf(bytes: Uint8Array, kind: ImageKind): Generator<FilePart> {
  if (kind === 'jpeg') return jpegSegments(bytes);
  return chunks(bytes, kind === 'png' ? { first: 8, little: false } : { first: 12, little: true });
}

/** ITU T.81, B.1.1. */
function* jpegSegments(bytes: Uint8Array): Generator<FilePart> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 2; at + 4 <= bytes.length; ) {
    const marker = bytes[at + 1] as number;
    if (bytes[at] !== 0xff || marker === 0xff) {
      at++; // decoders skip what is no marker
      continue;
    }
    const alone = marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd8);
    if (alone) {
      at += 2;
      continue;
    }
    const end = at + 2 + view.getUint16(at + 2);
    const name = view.getUint16(at).toString(16).toUpperCase();
    yield { name, content: bytes.subarray(at + 4, end), start: at, end };
    if (name === 'FFDA') return;
    at = end;
  }
}

/** PNG (third edition), section 5.3: length, type, content, checksum. RIFF: type, length, content, a byte if that is odd. */
function* chunks(
  bytes: Uint8Array,
  { first, little }: { first: number; little: boolean },
): Generator<FilePart> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let start = first; start + 8 <= bytes.length; ) {
    const length = view.getUint32(little ? start + 4 : start, little);
    const type = bytes.subarray(little ? start : start + 4).subarray(0, 4);
    const end = start + 8 + length + (little ? length % 2 : 4);
    const content = bytes.subarray(start + 8, start + 8 + length);
    yield { name: String.fromCharCode(...type), content, start, end };
    start = end;
  }
}
