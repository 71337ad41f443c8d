import { open, type FileHandle } from 'node:fs/promises';
import { crc32, inflateRawSync } from 'node:zlib';
import { badImage, MAX_BYTES, openingError } from '../open-image.js';

/** A file in an archive, and where its bytes are. */
export interface ArchivedFile {
  /** The archive's path. */
  readonly archive: string;
  /** Its name in the archive, with `/` between folders. */
  readonly name: string;
  /** Where its content begins in a tar archive, and its local header in a zip archive. */
  readonly start: number;
  /** The size of its content in bytes. */
  readonly size: number;
  /** Of a file in a zip archive. */
  readonly zipped?: {
    readonly storedBytes: number;
    readonly isDeflated: boolean;
    readonly crc: number;
  };
}

const localHeaderBytes = 30;
const localSignature = 0x04034b50;

export const pathOf = ({ archive, name }: ArchivedFile): string => `${archive}/${name}`;

/** Reads files of archives, each of which it opens once. */
export class ArchiveReader {
  readonly #handles = new Map<string, Promise<FileHandle>>();

  /** Throws `file-system` for an archive that can't be read, and `bad-file` for a file in it that is damaged or too large. */
  async read(file: ArchivedFile): Promise<Uint8Array> {
    const { archive, start, size, zipped } = file;
    if (size > MAX_BYTES) throw wrong(file, `has ${size} bytes; the limit is ${MAX_BYTES}`);
    try {
      this.#handles.set(archive, this.#handles.get(archive) ?? open(archive));
      const handle = (await this.#handles.get(archive)) as FileHandle;
      if (zipped === undefined) return await readBytes(handle, file, start, size);
      const header = await readBytes(handle, file, start, localHeaderBytes);
      const fields = new DataView(header.buffer, header.byteOffset, header.length);
      if (fields.getUint32(0, true) !== localSignature) throw wrong(file, 'is not where the directory says');
      const content = start + localHeaderBytes + fields.getUint16(26, true) + fields.getUint16(28, true);
      return unzipped(file, await readBytes(handle, file, content, zipped.storedBytes), zipped);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).syscall === undefined) throw cause;
      throw openingError(archive, cause);
    }
  }

  async close(): Promise<void> {
    for (const handle of this.#handles.values())
      await handle.then((opened) => opened.close()).catch(() => {});
  }
}

async function readBytes(handle: FileHandle, file: ArchivedFile, start: number, size: number) {
  const { buffer, bytesRead } = await handle.read(new Uint8Array(size), 0, size, start);
  if (bytesRead < size) throw wrong(file, 'is cut off: the archive is truncated, or was changed meanwhile');
  return buffer;
}

function unzipped(
  file: ArchivedFile,
  stored: Uint8Array,
  { isDeflated, crc }: NonNullable<ArchivedFile['zipped']>,
): Uint8Array {
  const content = isDeflated ? inflated(file, stored) : stored;
  if (content.length !== file.size || crc32(content) !== crc)
    throw wrong(file, 'is damaged: its checksum differs');
  return content;
}

function inflated(file: ArchivedFile, stored: Uint8Array): Uint8Array {
  try {
    return inflateRawSync(stored, { maxOutputLength: Math.max(1, file.size) });
  } catch (cause) {
    throw wrong(file, "can't be inflated", cause);
  }
}

function wrong(file: ArchivedFile, problem: string, cause?: unknown) {
  const path = pathOf(file);
  return badImage(path, `${path} ${problem}. Replace it or remove it.`, cause);
}
