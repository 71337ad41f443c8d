import { open } from 'node:fs/promises';
import { imageHeader } from '../pixels/image-header.js';

/** Where a JPEG's size stands after a colour profile and a thumbnail, as a rule. */
const HEADER_BYTES = 2 ** 17;

/**
 * The shorter sides, in pixels, of up to `count` images spread evenly over these files, from the files' headers. Files that
 * can't be read, or don't tell, are passed over.
 *
 * @example
 * const { files } = await imageFolder('flowers/');
 * await sampleSides(files); // [128, 128, …]
 */
export async function sampleSides(files: readonly string[], count = 100): Promise<readonly number[]> {
  const step = Math.max(1, files.length / count);
  const sides: number[] = [];
  for (let at = 0; at < files.length; at += step) {
    const side = await shorterSide(files[Math.floor(at)] as string).catch(() => null);
    if (side !== null) sides.push(side);
  }
  return sides;
}

async function shorterSide(file: string): Promise<number | null> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(HEADER_BYTES), 0, HEADER_BYTES, 0);
    const size = imageHeader(buffer.subarray(0, bytesRead))?.size;
    return size ? Math.min(size.height, size.width) : null;
  } finally {
    await handle.close();
  }
}
