import type { Checksum, Hash, HashName } from './checksum.js';
import type { PartialFile } from './partial-file.js';

/** A file that is arriving in a cache. */
export interface ArrivingFile extends PartialFile {
  /** Gives the whole file its name. */
  keep(record: FileRecord): Promise<void>;
  /** Leaves it as it is, for a later attempt; nothing, if nothing has come. */
  close(): Promise<void>;
}

/** What is kept of where a file is from. */
export interface FileRecord {
  readonly url: string;
  readonly bytes: number;
  readonly checksum: Checksum | null;
}

/** A file in a cache. */
export interface ListedFile {
  readonly path: string;
  readonly bytes: number;
  readonly isPartial: boolean;
}

/** Where downloaded files are kept: a folder, or a browser's storage. A path has `/` between its parts, and each is a safe name. */
export interface HubCache {
  /** A whole file; null if there is none, or it has another size than it had. */
  find(path: string): Promise<FileRecord | null>;
  /**
   * Waits until nobody else downloads the file, and returns the function that lets others do it. `onWait` is called with the bytes
   * that are there while another does.
   */
  lock(
    path: string,
    options: { readonly signal?: AbortSignal | undefined; readonly onWait: (bytes: number) => void },
  ): Promise<() => void>;
  open(path: string): Promise<ArrivingFile>;
  /** A small text; null if there is none. */
  readText(path: string): Promise<string | null>;
  writeText(path: string, text: string): Promise<void>;
  /** The files below a path, whole and partial ones. */
  list(under: string): Promise<readonly ListedFile[]>;
  /** Removes a file, what has arrived of it, and what is known of it. */
  remove(path: string): Promise<void>;
  /** The bytes of a whole file. */
  read(path: string): AsyncIterable<Uint8Array>;
  createHash(name: HashName): Hash;
}
