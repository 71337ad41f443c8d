import { fileParts, type ImageKind, MAX_PARTS } from './file-parts.js';

interface ImageHeader {
  readonly kind: ImageKind;
  /** In pixels as they are stored, before EXIF's orientation; null if these bytes don't tell. */
  readonly size: { readonly height: number; readonly width: number } | null;
}

/** The format and size of a JPEG, PNG or WebP file, from its first bytes; null for any other file. */
export function imageHeader(bytes: Uint8Array): ImageHeader | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const starts = (text: string, at = 0) =>
    [...text].every((character, i) => bytes[at + i] === character.charCodeAt(0));
  if (starts('\xff\xd8\xff')) return { kind: 'jpeg', size: jpegSize(bytes) };
  if (starts('\x89PNG\r\n\x1a\n')) {
    const size = view.byteLength < 24 ? null : { width: view.getUint32(16), height: view.getUint32(20) };
    return { kind: 'png', size };
  }
  if (starts('RIFF') && starts('WEBP', 8)) {
    const chunk = ['VP8 ', 'VP8L', 'VP8X'].find((name) => starts(name, 12));
    return { kind: 'webp', size: view.byteLength < 30 ? null : webpSize(view, chunk) };
  }
  return null;
}

/** Why a file isn't given to a decoder, in words; undefined if it is. */
export function whyNotDecoded(bytes: Uint8Array, kind: ImageKind): string | undefined {
  if (kind === 'jpeg') return isCutShort(bytes) ? 'it has no end mark, FF D9' : undefined;
  let parts = 0;
  for (const _ of fileParts(bytes, kind)) parts++;
  // A decoder takes minutes for millions of empty ones.
  return parts >= MAX_PARTS ? `it has more than ${MAX_PARTS - 1} chunks` : undefined;
}

/**
 * Whether a JPEG has no end mark: it was cut short, and decoders that find other bytes in the place of what is missing may
 * take them for the image (ITU T.81, B.1.1.3: in a scan, the mark's two bytes stand for nothing else).
 */
function isCutShort(jpeg: Uint8Array): boolean {
  let scan = 2;
  for (const { name, start } of fileParts(jpeg, 'jpeg')) if (name === 'FFDA') scan = start;
  for (let at = jpeg.length - 2; at >= scan; at--) {
    if (jpeg[at] === 0xff && jpeg[at + 1] === 0xd9) return false;
  }
  return true;
}

/** From the first frame header: ITU T.81, B.2.2. */
function jpegSize(bytes: Uint8Array): ImageHeader['size'] {
  for (const { name, content } of fileParts(bytes, 'jpeg')) {
    const isFrame = /^FFC[^48C]$/.test(name);
    if (!isFrame) continue;
    if (content.length < 5) return null;
    const view = new DataView(content.buffer, content.byteOffset);
    return { height: view.getUint16(1), width: view.getUint16(3) };
  }
  return null;
}

/** RFC 9649: a lossy frame, a lossless one, or the canvas of an extended file. */
function webpSize(view: DataView, chunk: string | undefined): ImageHeader['size'] {
  const three = (at: number) => view.getUint16(at, true) + view.getUint8(at + 2) * 2 ** 16;
  switch (chunk) {
    case 'VP8 ':
      return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
    case 'VP8L': {
      const bits = view.getUint32(21, true);
      return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
    }
    case 'VP8X':
      return { width: three(24) + 1, height: three(27) + 1 };
    default:
      return null;
  }
}
