import type { Pixels } from '@resnetjs/core/images';

/**
 * A WebP file without its EXIF orientation, and that orientation, 1 to 8. Not every browser applies it (Chromium does not),
 * so that they decode a copy without it, and `turn` applies it. It is 1 if the EXIF chunk is damaged or missing.
 */
export function withoutOrientation(webp: Uint8Array<ArrayBuffer>): {
  bytes: Uint8Array<ArrayBuffer>;
  orientation: number;
} {
  const view = new DataView(webp.buffer, webp.byteOffset, webp.byteLength);
  for (let at = 12; at + 8 <= webp.length; ) {
    const length = view.getUint32(at + 4, true);
    if (view.getUint32(at) === 0x45584946 /* EXIF */) {
      const bytes = webp.slice();
      bytes[at] = 0x58; // "XXIF": an unknown chunk, which readers skip
      return { bytes, orientation: orientationOf(webp.subarray(at + 8, at + 8 + length)) };
    }
    at += 8 + length + (length % 2);
  }
  return { bytes: webp, orientation: 1 };
}

/** The orientation in a TIFF header's first directory: TIFF 6.0, section 2; tag 274. */
function orientationOf(exif: Uint8Array): number {
  const start = String.fromCharCode(...exif.subarray(0, 6)) === 'Exif\0\0' ? 6 : 0;
  const view = new DataView(exif.buffer, exif.byteOffset + start, exif.byteLength - start);
  if (view.byteLength < 8) return 1;
  const little = view.getUint16(0) === 0x4949;
  const directory = view.getUint32(4, little);
  if (directory + 2 > view.byteLength) return 1;
  const entries = view.getUint16(directory, little);
  for (let entry = 0; entry < entries; entry++) {
    const at = directory + 2 + 12 * entry;
    if (at + 12 > view.byteLength) return 1;
    if (view.getUint16(at, little) !== 0x0112) continue;
    const orientation = view.getUint16(at + 8, little);
    return orientation >= 1 && orientation <= 8 ? orientation : 1;
  }
  return 1;
}

/** Applies an EXIF orientation to an image. */
export function turn(image: Pixels, orientation: number): Pixels {
  if (orientation === 1) return image;
  const { data, channels } = image;
  const swapped = orientation >= 5;
  const [height, width] = swapped ? [image.width, image.height] : [image.height, image.width];
  const fromRight = [2, 3, 7, 8].includes(orientation);
  const fromBottom = [3, 4, 6, 7].includes(orientation);
  const turned = new Uint8Array(data.length);
  let to = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [row, column] = swapped ? [x, y] : [y, x];
      const fromRow = fromBottom ? image.height - 1 - row : row;
      const fromColumn = fromRight ? image.width - 1 - column : column;
      const from = (fromRow * image.width + fromColumn) * channels;
      for (let c = 0; c < channels; c++) turned[to++] = data[from + c] as number;
    }
  }
  return { data: turned, height, width, channels };
}
