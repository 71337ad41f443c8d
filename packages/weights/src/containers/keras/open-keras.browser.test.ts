// The same files in a browser: from a Blob, inflated by the browser's own streams.
import { describe, expect, it } from 'vitest';
import { byteSource } from '../../byte-source.js';
import { openHdf5 } from '../hdf5/open-hdf5.js';
import hdf5 from '../hdf5/files.test-support.json' with { type: 'json' };
import keras from './files.test-support.json' with { type: 'json' };
import { openKeras } from './open-keras.js';

async function unpack(text: string): Promise<Blob> {
  const packed = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Response(stream).blob();
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

describe('in a browser', () => {
  it.each(Object.entries(keras))("Keras's weights have their values: %s", async (_name, golden) => {
    const file = await openKeras(byteSource(await unpack(golden.file)));
    const layers = golden.layers as [string, [string, string, number[], string][]][];
    for (const [name, dtype, shape, hash] of layers.flatMap(([, tensors]) => tensors)) {
      expect(file.tensors.get(name)).toEqual({ dtype, shape });
      expect(await sha256(await file.read(name))).toBe(hash);
    }
  });

  it('chunks are inflated, and what is none of zlib is refused', async () => {
    const chunks = await openHdf5(byteSource(await unpack(hdf5.chunks.file)));
    for (const [path, [, , hash]] of Object.entries(hdf5.chunks.datasets))
      expect(await sha256(await (await chunks.dataset(path)).read())).toBe(hash);
    const bombs = await openHdf5(byteSource(await unpack(hdf5.bombs.file)));
    for (const path of ['more', 'less', 'no zlib', 'cut', 'long', 'padded']) {
      const { read } = await bombs.dataset(path);
      await expect(read()).rejects.toMatchObject({ code: 'bad-file' });
    }
  });
});
