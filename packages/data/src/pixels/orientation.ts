import type { Pixels } from '@resnetjs/core/images';
import { type FilePart, fileParts, type ImageKind } from './file-parts.js';

const SHORT = 3;
const LONG = 4;

/**
 * The EXIF orientation of an image file, 1 to 8; 1 if there is none, or its EXIF data is damaged. Decoders differ in where
 * they find it, and in which types of numbers they take, so that none is asked.
 */
export function orientationOf(bytes: Uint8Array, kind: ImageKind): number {
  for (const part of fileParts(bytes, kind)) if (isExif(part)) return orientationInExif(part.content);
  return 1;
}

/** Whether a part of a file is its EXIF data. */
export function isExif({ name, content }: FilePart): boolean {
  return name === 'eXIf' || name === 'EXIF' || (name === 'FFE1' && hasPrefix(content));
}

const hasPrefix = (exif: Uint8Array) => String.fromCharCode(...exif.subarray(0, 6)) === 'Exif\0\0';

/** The orientation in a TIFF header's first directory: TIFF 6.0, section 2; tag 274. */
function orientationInExif(exif: Uint8Array): number {
  const start = hasPrefix(exif) ? 6 : 0;
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
    const type = view.getUint16(at + 2, little);
    if (type !== SHORT && type !== LONG) return 1;
    const orientation = type === SHORT ? view.getUint16(at + 8, little) : view.getUint32(at + 8, little);
    return orientation >= 1 && orientation <= 8 ? orientation : 1;
  }
  return 1;
}

/** Pixels of a square that is copied at a time: where rows become columns, its lines stay in the cache. */
const TILE = 32;

/** Applies an EXIF orientation to an RGB image. */
export function turn(image: Pixels, orientation: number): Pixels {
  if (orientation === 1) return image;
  const { data } = image;
  const swapped = orientation >= 5;
  const [height, width] = swapped ? [image.width, image.height] : [image.height, image.width];
  const fromRight = [2, 3, 7, 8].includes(orientation);
  const fromBottom = [3, 4, 6, 7].includes(orientation);
  // How far apart, in the stored image, what become neighbours in a row and in a column are.
  const column = fromRight ? -3 : 3;
  const row = (fromBottom ? -3 : 3) * image.width;
  const [right, down] = swapped ? [row, column] : [column, row];
  const corner =
    3 * ((fromBottom ? (image.height - 1) * image.width : 0) + (fromRight ? image.width - 1 : 0));
  const turned = new Uint8Array(data.length); // [height, width, 3]
  for (let top = 0; top < height; top += TILE) {
    for (let left = 0; left < width; left += TILE) {
      const bottom = Math.min(top + TILE, height);
      const count = Math.min(TILE, width - left);
      for (let y = top; y < bottom; y++) {
        let to = 3 * (y * width + left);
        let from = corner + y * down + left * right;
        for (let x = 0; x < count; x++, to += 3, from += right) {
          turned[to] = data[from] as number;
          turned[to + 1] = data[from + 1] as number;
          turned[to + 2] = data[from + 2] as number;
        }
      }
    }
  }
  return { data: turned, height, width, channels: 3 };
}
