/** What a server said of a file when its download began: by this a later attempt knows whether it is still the same file. */
export interface PartialNote {
  readonly url: string;
  /** The server's name of this content; null if it has none that promises the same bytes. */
  readonly etag: string | null;
  /** The size of the whole file; null if nobody says. */
  readonly of: number | null;
}

/** A file that is arriving: what is there of it survives the process. */
export interface PartialFile {
  /** How many bytes are there. */
  readonly bytes: number;
  /** Null if nothing is there, or nothing is known of it. */
  readonly note: PartialNote | null;
  /** Begins anew, with nothing. */
  restart(note: PartialNote): Promise<void>;
  append(part: Uint8Array): Promise<void>;
  /** All that is there, in parts. */
  read(): AsyncIterable<Uint8Array>;
}
