import { readFileSync } from 'node:fs';
import { unpack } from '../hdf5/files.test-support.js';
import type { KerasFile } from './keras-file.js';

/** A file of `files.test-support.json`, with what Keras has in it. */
interface KerasGolden {
  readonly bytes: Uint8Array;
  readonly kind: KerasFile['kind'];
  /** Each layer with its variables: name, type, shape and SHA-256. */
  readonly layers: readonly [string, [string, string, number[], string][]][];
  readonly leftOut?: number;
  /** The model's name. */
  readonly config?: string;
  /** Whether layers without variables are not in the file. */
  readonly without?: boolean;
}

/** The files that `tooling/goldens/keras_files.py` wrote. */
export function kerasGoldens(): Readonly<Record<string, KerasGolden>> {
  const text = readFileSync(new URL('files.test-support.json', import.meta.url), 'utf8');
  const files = JSON.parse(text) as Record<string, KerasGolden & { file: string }>;
  return Object.fromEntries(
    Object.entries(files).map(([name, golden]) => [name, { ...golden, bytes: unpack(golden.file) }]),
  );
}
