import { badFile } from '../../bad-file.js';
import type { ByteSource } from '../../byte-source.js';

/** So many files are opened, or fetched, at the same time. */
const atOnce = 8;

/** Files, read as one after another. Throws what opening one throws. */
export async function joinedSource(
  names: readonly string[],
  open: (name: string) => Promise<ByteSource>,
): Promise<ByteSource> {
  const files: ByteSource[] = [];
  for (let at = 0; at < names.length; at += atOnce) {
    files.push(...(await Promise.all(names.slice(at, at + atOnce).map(open))));
  }
  const starts: number[] = [];
  let size = 0;
  for (const file of files) {
    starts.push(size);
    size += file.size;
  }
  return {
    size,
    async read(from, to) {
      const end = Math.min(to, size);
      const bytes = new Uint8Array(Math.max(end - from, 0));
      for (const [index, file] of files.entries()) {
        const start = starts[index] as number;
        const [first, last] = [Math.max(from, start), Math.min(end, start + file.size)];
        if (first >= last) continue;
        const part = await file.read(first - start, last - start);
        if (part.length < last - first) {
          throw badFile(`${names[index]} ends too early: it was changed while it was read. Read it again.`);
        }
        bytes.set(part, first - from);
      }
      return bytes;
    },
  };
}
