import { ResNetError } from '@resnetjs/core';

/** The length of a SHA-256. */
export const checksumBytes = 32;

/** The checksum of a file in parts: the SHA-256 of the parts' SHA-256s. */
export class Checksum {
  readonly #digests: Uint8Array<ArrayBuffer>[] = [];

  async add(part: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#digests.push(await sha256(part));
  }

  result(): Promise<Uint8Array<ArrayBuffer>> {
    const all = new Uint8Array(this.#digests.length * checksumBytes);
    this.#digests.forEach((digest, index) => {
      all.set(digest, index * checksumBytes);
    });
    return sha256(all);
  }
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const subtle = globalThis.crypto?.subtle;
  if (subtle === undefined) {
    throw new ResNetError(
      'missing-backend',
      'Checkpoints need the Web Cryptography API, which browsers offer only to pages from https or localhost.',
    );
  }
  return new Uint8Array(await subtle.digest('SHA-256', bytes));
}
