import { expect } from 'vitest';
import { type ByteSource, byteSource } from '../../byte-source.js';
import { dtypeBytes, type TensorInfo } from '../container.js';
import content from './files.test-support.json' with { type: 'json' };
import { type Hdf5File, type Hdf5Kind, openHdf5 } from './open-hdf5.js';

/** A file of `files.test-support.json`, with what h5py reads from it. */
export interface GoldenFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Type, shape and SHA-256 of each dataset. */
  readonly datasets: Readonly<Record<string, readonly [string, number[], string]>>;
  readonly attributes: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly groups: Readonly<Record<string, readonly string[]>>;
}

/** The files that `tooling/goldens/keras_files.py` wrote. */
export const hdf5Goldens = await unpackEach<GoldenFile>(content);

/** Golden files with their bytes, instead of those compressed with zlib in base64. */
export async function unpackEach<File>(files: Readonly<Record<string, { readonly file: string }>>) {
  const unpacked = Object.entries(files).map(async ([name, golden]) => {
    const packed = Uint8Array.from(atob(golden.file), (character) => character.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate'));
    const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
    return [name, { ...golden, bytes } as File] as const;
  });
  return Object.fromEntries(await Promise.all(unpacked)) as Readonly<Record<string, File>>;
}

export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A tensor as the golden files describe it. */
export async function described({ dtype, shape }: TensorInfo, values: Promise<Uint8Array<ArrayBuffer>>) {
  return [dtype, shape, await sha256(await values)];
}

/** Names by their paths down to a depth, at most 2000 of them: of a file whose groups may contain themselves. */
async function pathsIn(file: Hdf5File, maxDepth: number): Promise<Map<string, Hdf5Kind>> {
  const paths = new Map<string, Hdf5Kind>([['', 'group']]);
  for (const [path, kind] of paths) {
    if (kind !== 'group' || path.split('/').length > maxDepth) continue;
    for (const [name, member] of await file.group(path)) {
      if (paths.size < 2000) paths.set(path === '' ? name : `${path}/${name}`, member);
    }
  }
  return paths;
}

/** Reads all that an HDF5 file has, and returns its tensors. */
export async function readEverything(source: ByteSource): Promise<Map<string, TensorInfo>> {
  const file = await openHdf5(source);
  const tensors = new Map<string, TensorInfo>();
  for (const [path, kind] of await pathsIn(file, 6)) {
    if (kind !== 'other') await file.attributes(path);
    if (kind !== 'dataset') continue;
    const { dtype, shape, read } = await file.dataset(path);
    expect((await read()).length).toBe(dtypeBytes[dtype] * shape.reduce((a, b) => a * b, 1));
    tensors.set(path, { dtype, shape });
  }
  return tensors;
}

/** A source that fails a test which reads far more than the file has. */
export function countedSource(bytes: Uint8Array): ByteSource {
  const source = byteSource(bytes);
  let left = 64 * bytes.length + 2 ** 24;
  return {
    size: source.size,
    read(start, end) {
      left -= Math.max(Math.min(end, source.size) - start, 0);
      if (left < 0) throw new Error('The reader goes in circles.');
      return source.read(start, end);
    },
  };
}
