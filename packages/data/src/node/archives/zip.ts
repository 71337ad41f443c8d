import { ResNetError } from '@resnetjs/core/network';
import yauzl from 'yauzl';
import type { ArchivedFile } from './archived-file.js';

/** A file in a zip archive that can be read, or why it can't. */
export type ZipFile = ArchivedFile | { readonly name: string; readonly unread: string };

const methods = { stored: 0, deflated: 8 };
/** Bits of an entry's flags: encrypted, strongly encrypted, masked headers. */
const encrypted = 0x2041;

/** The files of a zip archive, folders left out, in the order of its directory. Throws `bad-file` for a damaged directory. */
export async function* zipFiles(path: string): AsyncGenerator<ZipFile, void, void> {
  const opened = await yauzl.openPromise(path, { autoClose: false, lazyEntries: true }).catch((cause) => {
    throw damaged(path, cause);
  });
  try {
    for await (const entry of opened.eachEntry()) {
      const { fileName: name, compressionMethod, generalPurposeBitFlag } = entry;
      if (name.endsWith('/')) continue;
      if (generalPurposeBitFlag & encrypted) yield { name, unread: 'encrypted file' };
      else if (compressionMethod !== methods.stored && compressionMethod !== methods.deflated)
        yield { name, unread: `file compressed by zip's method ${compressionMethod}` };
      else
        yield {
          ...{ archive: path, name, start: entry.relativeOffsetOfLocalHeader, size: entry.uncompressedSize },
          zipped: {
            storedBytes: entry.compressedSize,
            isDeflated: compressionMethod === methods.deflated,
            crc: entry.crc32,
          },
        };
    }
  } catch (cause) {
    throw damaged(path, cause);
  } finally {
    opened.close();
  }
}

function damaged(path: string, cause: unknown): ResNetError {
  if (cause instanceof ResNetError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ResNetError('bad-file', `The archive ${path} can't be read: ${reason}.`, { path }, { cause });
}
