import { fileParts, type ImageKind } from '../pixels/file-parts.js';
import { isExif } from '../pixels/orientation.js';

/** APNG's chunks. A decoder that knows them may leave out the image that all others show. */
const ANIMATION = ['acTL', 'fcTL', 'fdAT'];
/** A WebP chunk that readers skip: dropping one would change the lengths around it. */
const UNKNOWN = new TextEncoder().encode('XXIF');

/** An image file, in pieces, without what some browsers heed and others don't: its EXIF orientation, and PNG's animation. */
export function plainParts(bytes: Uint8Array<ArrayBuffer>, kind: ImageKind): Uint8Array<ArrayBuffer>[] {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let from = 0;
  for (const part of fileParts(bytes, kind)) {
    if (!isExif(part) && !(kind === 'png' && ANIMATION.includes(part.name))) continue;
    pieces.push(bytes.subarray(from, part.start));
    if (kind === 'webp') pieces.push(UNKNOWN);
    from = kind === 'webp' ? part.start + UNKNOWN.length : part.end;
  }
  return [...pieces, bytes.subarray(from)];
}
