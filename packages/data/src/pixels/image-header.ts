interface ImageHeader {
  readonly kind: 'jpeg' | 'png' | 'webp';
  /** In pixels as they are stored, before EXIF's orientation; null if these bytes don't tell. */
  readonly size: { readonly height: number; readonly width: number } | null;
}

/** The format and size of a JPEG, PNG or WebP file, from its first bytes; null for any other file. */
export function imageHeader(bytes: Uint8Array): ImageHeader | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const starts = (text: string, at = 0) =>
    [...text].every((character, i) => bytes[at + i] === character.charCodeAt(0));
  if (starts('\xff\xd8\xff')) return { kind: 'jpeg', size: jpegSize(view) };
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

/** From the first frame header: ITU T.81, B.2.2. */
function jpegSize(view: DataView): ImageHeader['size'] {
  for (let at = 2; at + 9 <= view.byteLength; ) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    const alone = marker === 0xff || marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
    if (alone) {
      at += marker === 0xff ? 1 : 2;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    at += 2 + view.getUint16(at + 2);
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
