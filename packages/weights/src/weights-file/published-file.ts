import type { Network, Preprocessing } from '@resnetjs/core';
import { sha256 } from '@noble/hashes/sha2.js';
import type { ByteSource } from '../byte-source.js';
import { publishedWeights } from '../pretrained/published-weights.js';

const partBytes = 2 ** 22;

/**
 * How the published weights in a file want their images, by the file's SHA-256; undefined for weights that nobody is known to
 * have published. The file is read only if its network was published with more than one way of preparing images.
 */
export async function publishedPreprocessing(
  source: ByteSource,
  { name }: Network,
): Promise<Preprocessing | undefined> {
  const rows = Object.values(publishedWeights).filter(
    ({ network, sha256: start }) => network === name && start !== undefined,
  );
  if (new Set(rows.map(({ preprocessing }) => JSON.stringify(preprocessing))).size < 2) return undefined;
  const digest = await digestOf(source);
  return rows.find(({ sha256: start }) => digest.startsWith(start as string))?.preprocessing;
}

/** In parts, since a file of weights is as large as its network. */
async function digestOf(source: ByteSource): Promise<string> {
  const hash = sha256.create();
  for (let at = 0; at < source.size; at += partBytes) hash.update(await source.read(at, at + partBytes));
  return [...hash.digest()].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
