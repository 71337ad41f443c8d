import type { ByteSource } from '../byte-source.js';
import { download } from './download.js';
import type { HubProgress } from './hub-options.js';
import { memoryFile } from './memory-file.js';
import { defaultPatience, type Patience } from './patience.js';
import type { Request } from './request.js';

/** Options of what is fetched from an address. */
export interface FetchOptions {
  /** The most bytes that are fetched. Default: 2³¹, 2 GiB. */
  readonly maxBytes?: number;
  /** Ends the work: what is under way throws the signal's reason. */
  readonly signal?: AbortSignal;
  /**
   * Called as a file arrives: with the bytes that are there, and their number in all, null if the server doesn't say; and with what the
   * download is at.
   */
  readonly onProgress?: (bytes: number, of: number | null, progress: HubProgress) => void;
  /** How long the server is waited for. */
  readonly patience?: Partial<Patience>;
}

export const defaultMaxBytes = 2 ** 31;

/**
 * Fetches a file into memory, by `request`, and those beside it, at the same address but for the name, when they are asked for.
 *
 * @param url absolute
 */
export async function fetchIntoMemory(
  url: string,
  request: Request,
  { maxBytes = defaultMaxBytes, signal, onProgress, patience }: FetchOptions = {},
): Promise<ByteSource> {
  const sizes: number[] = []; // of each file, as far as it is there
  const fetchOne = async (address: string, name: string): Promise<ByteSource> => {
    const file = memoryFile();
    const index = sizes.push(0) - 1;
    const others = () => sizes.reduce((sum, size, each) => (each === index ? sum : sum + size), 0);
    const remote = { url: address, bytes: null, checksum: null, maxBytes, spent: others };
    await download(remote, file, {
      ...{ request, signal, patience: { ...defaultPatience, ...patience } },
      report(progress) {
        sizes[index] = progress.bytes;
        const bytes = others() + progress.bytes;
        const of = index === 0 ? progress.of : null; // how large they are all together nobody says
        onProgress?.(bytes, of, { name: url, file: name, url: address, ...progress, bytes, of });
      },
    });
    return file.source();
  };
  const source = await fetchOne(url, '');
  if (!URL.canParse('beside', url)) return source; // a Blob's address, which has no folder
  return { ...source, beside: (name) => fetchOne(besideOf(url, name), name) };
}

/** The address of a file of the same folder; what follows a question mark may be what lets one in. */
function besideOf(url: string, name: string): string {
  return new URL(encodeURIComponent(name) + new URL(url).search, url).href;
}
