import { imageHeader } from '../pixels/image-header.js';

/** What a file is to a dataset: an image, or what it is left out for, in words. */
export type FileKind = 'image' | (string & {});

/** Bytes at a file's start that tell its kind. */
const HEADER_BYTES = 12;

const IMAGE_NAME = /\.(jpe?g|png|webp)$/i;

/** Whether a file or folder is hidden: its name begins with a dot, or it is what macOS adds to archives. */
export function isHidden(name: string): boolean {
  return name.startsWith('.') || name === '__MACOSX';
}

/**
 * A file's kind: an image by its name (`.jpg`, `.jpeg`, `.png`, `.webp`) or, under any other name, by its first bytes, which
 * `readStart` gives; otherwise its extension.
 */
export async function fileKind(
  name: string,
  readStart: (bytes: number) => Promise<Uint8Array>,
): Promise<FileKind> {
  if (isHidden(name)) return 'hidden';
  if (IMAGE_NAME.test(name)) return 'image';
  if (imageHeader(await readStart(HEADER_BYTES)) !== null) return 'image';
  const extension = /\.[^.]{1,20}$/.exec(name)?.[0].toLowerCase();
  return extension ?? 'no extension';
}
