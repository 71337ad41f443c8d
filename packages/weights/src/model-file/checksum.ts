import { joinedBytes } from '../joined-bytes.js';

/** The length of a SHA-256. */
const digestBytes = 32;

/** The last tensor of a file. */
export const checksumTensor = { id: 'checksum', shape: [2, digestBytes], dtype: 'U8' } as const;
/** As it was before version 4, in checkpoints alone: without the header's digest. */
export const formerChecksumTensor = { ...checksumTensor, shape: [digestBytes] } as const;

/**
 * The checksum of a file in parts, of which the first is its header: the header's SHA-256, so that a description can be
 * trusted before the tensors are read, and the SHA-256 of all parts' SHA-256s.
 */
export class Checksum {
  readonly #digests: Uint8Array<ArrayBuffer>[] = [];

  async add(part: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#digests.push(await sha256(part));
  }

  async result(): Promise<Uint8Array<ArrayBuffer>> {
    const all = await sha256(joinedBytes(this.#digests));
    return joinedBytes([...this.#digests.slice(0, 1), all]);
  }
}

/** The digest of a header, as its file's checksum starts with it. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  // Pages from plain http lack it.
  const { subtle } = (globalThis as Partial<typeof globalThis>).crypto ?? {};
  if (subtle) return new Uint8Array(await subtle.digest('SHA-256', bytes));
  const { sha256: digest } = await import('@noble/hashes/sha2.js');
  return digest(bytes);
}
