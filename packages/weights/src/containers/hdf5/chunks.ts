import { Cursor, damaged } from './cursor.js';
import { countedElements } from './datatype.js';
import { type Filter, unfilter } from './filters.js';
import { treeLeaves } from './links.js';
import type { Storage } from './storage.js';

/** Values in blocks of equal shape, found by a B-tree of version 1. */
export interface ChunkedLayout {
  readonly kind: 'chunked';
  /** Of the B-tree; undefined before anything is written. */
  readonly address: number | undefined;
  /** The shape of a block. */
  readonly chunk: readonly number[];
}

/** One block of values in the file. */
export interface Chunk {
  readonly address: number;
  /** Its bytes in the file. */
  readonly stored: number;
  /** A bit for each filter that was not applied. */
  readonly skipped: number;
  /** Where it starts in the dataset, by axis. */
  readonly start: readonly number[];
}

interface ChunkedValues {
  readonly shape: readonly number[];
  readonly chunk: readonly number[];
  readonly elementBytes: number;
  readonly filters: readonly Filter[];
}

/** Finds all chunks of a dataset of this shape, which have at most `maxElements` together. Throws `bad-file`. */
export async function readChunkIndex(
  storage: Storage,
  { address, chunk }: ChunkedLayout,
  shape: readonly number[],
  maxElements: number,
): Promise<readonly Chunk[]> {
  if (chunk.length !== shape.length || chunk.includes(0))
    throw damaged('chunks have no shape of the dataset');
  const grid = shape.map((size, axis) => Math.ceil(size / (chunk[axis] as number)));
  if (countedElements(grid) * countedElements(chunk) > maxElements)
    throw damaged(`the chunks of a dataset say that they have over ${Math.floor(maxElements)} values`);
  if (address === undefined) return [];
  const chunks: Chunk[] = [];
  const seen = new Set<number>();
  const keyBytes = 8 + 8 * (shape.length + 1);
  for await (const leaf of treeLeaves(storage, address, { type: 1, keyBytes })) {
    const key = new Cursor(leaf.key, storage.widths, 'a chunk');
    const [stored, skipped] = [key.u32(), key.u32()];
    const start = shape.map(() => key.uint(8));
    const cells = start.map((at, axis) => at / (chunk[axis] as number));
    if (!cells.every((cell, axis) => Number.isInteger(cell) && cell < (grid[axis] as number)))
      throw damaged('a chunk lies outside its dataset');
    const cell = cells.reduce((index, at, axis) => index * (grid[axis] as number) + at, 0);
    if (seen.has(cell)) throw damaged('a dataset has a chunk twice');
    seen.add(cell);
    chunks.push({ address: leaf.address, stored, skipped, start });
  }
  return chunks;
}

/** Reads a chunk into a dataset's values. Throws `bad-file`. */
export async function readChunk(
  storage: Storage,
  { address, stored, skipped, start }: Chunk,
  { shape, chunk, elementBytes, filters }: ChunkedValues,
  values: Uint8Array,
): Promise<void> {
  const size = countedElements(chunk) * elementBytes;
  if (stored > 2 * size + 1024) throw damaged(`a chunk of ${size} bytes takes ${stored}`);
  const bytes = await storage.values(address, stored, 'a chunk');
  const whole = await unfilter(bytes, filters, { skipped, size, elementBytes });
  copyChunk(whole, chunk, values, { shape, start, elementBytes });
}

/** Copies what of a chunk lies within the dataset, row by row. */
function copyChunk(
  from: Uint8Array,
  chunk: readonly number[],
  to: Uint8Array,
  {
    shape,
    start,
    elementBytes,
  }: { shape: readonly number[]; start: readonly number[]; elementBytes: number },
): void {
  const counts = chunk.map((size, axis) => Math.min(size, (shape[axis] as number) - (start[axis] as number)));
  const last = counts.length - 1;
  const rowBytes = (counts[last] ?? 1) * elementBytes;
  const rows = countedElements(counts.slice(0, -1));
  const position = counts.map(() => 0);
  for (let row = 0; row < rows; row++) {
    let [source, target] = [0, 0];
    for (let axis = 0; axis <= last; axis++) {
      source = source * (chunk[axis] as number) + (position[axis] as number);
      target = target * (shape[axis] as number) + (start[axis] as number) + (position[axis] as number);
    }
    to.set(from.subarray(source * elementBytes, source * elementBytes + rowBytes), target * elementBytes);
    for (let axis = last - 1; axis >= 0; axis--) {
      position[axis] = (position[axis] as number) + 1;
      if ((position[axis] as number) < (counts[axis] as number)) break;
      position[axis] = 0;
    }
  }
}
