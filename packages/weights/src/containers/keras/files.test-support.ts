import { unpackEach } from '../hdf5/files.test-support.js';
import content from './files.test-support.json' with { type: 'json' };
import type { KerasFile } from './keras-file.js';

/** A file of `files.test-support.json`, with what Keras has in it. */
export interface KerasGolden {
  readonly bytes: Uint8Array<ArrayBuffer>;
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
export const kerasGoldens = await unpackEach<KerasGolden>(content);
