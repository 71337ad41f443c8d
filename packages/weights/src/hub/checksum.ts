import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';

/** What is known of a file's content before it arrives. */
export interface Checksum {
  /** `git` is Git's name of a file: the SHA-1 of `blob`, its size and its bytes. */
  readonly kind: 'sha256' | 'md5' | 'git';
  /** In small hexadecimal digits; the first of them, if its source publishes no more. */
  readonly digest: string;
}

/** A hash that takes its bytes part by part. */
export interface Hash {
  update(part: Uint8Array): unknown;
  /** In hexadecimal digits. */
  digest(): string;
}

export type HashName = 'sha256' | 'md5' | 'sha1';

const hashes = { sha256, md5, sha1 } as const;

/** A hash in plain JavaScript, for where there is no faster one that takes parts. */
export function plainHash(name: HashName): Hash {
  const hash = hashes[name].create();
  return {
    update: (part) => hash.update(part),
    digest: () => [...hash.digest()].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
  };
}

/** The digest of a file, in the checksum's way. */
export async function digestOf(
  { kind }: Pick<Checksum, 'kind'>,
  { bytes, parts }: { readonly bytes: number; readonly parts: AsyncIterable<Uint8Array> },
  createHash: (name: HashName) => Hash,
): Promise<string> {
  const hash = createHash(kind === 'git' ? 'sha1' : kind);
  if (kind === 'git') hash.update(new TextEncoder().encode(`blob ${bytes}\0`));
  for await (const part of parts) hash.update(part);
  return hash.digest();
}

/** How a checksum is called in messages. */
export const checksumNames = { sha256: 'SHA-256', md5: 'MD5', git: 'Git SHA-1' } as const satisfies Record<
  Checksum['kind'],
  string
>;
