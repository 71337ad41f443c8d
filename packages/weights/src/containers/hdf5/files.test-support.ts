import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import type { TensorInfo } from '../container.js';

/** A file of `files.test-support.json`, with what h5py reads from it. */
export interface GoldenFile {
  readonly bytes: Uint8Array;
  /** Type, shape and SHA-256 of each dataset. */
  readonly datasets: Readonly<Record<string, readonly [string, number[], string]>>;
  readonly attributes: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly groups: Readonly<Record<string, readonly string[]>>;
}

/** The files that `tooling/goldens/keras_files.py` wrote into a folder of `containers`. */
export function goldenFiles(url: URL): Readonly<Record<string, GoldenFile>> {
  const files = JSON.parse(readFileSync(url, 'utf8')) as Record<string, GoldenFile & { file: string }>;
  return Object.fromEntries(
    Object.entries(files).map(([name, file]) => [name, { ...file, bytes: unpack(file.file) }]),
  );
}

/** Bytes that were compressed with zlib and written in base64. */
export function unpack(text: string): Uint8Array {
  return new Uint8Array(inflateSync(Buffer.from(text, 'base64')));
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A tensor as the golden files describe it. */
export async function described({ dtype, shape }: TensorInfo, values: Promise<Uint8Array>) {
  return [dtype, shape, sha256(await values)];
}
