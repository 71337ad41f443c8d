// The same files in a browser: from a Blob, inflated by the browser's own streams.
import { describe, expect, it } from 'vitest';
import { byteSource } from '../../byte-source.js';
import { described, hdf5Goldens } from '../hdf5/files.test-support.js';
import { openHdf5 } from '../hdf5/open-hdf5.js';
import type { TensorInfo } from '../container.js';
import { kerasGoldens } from './files.test-support.js';
import { openKeras } from './open-keras.js';

const openBlob = (name: string) =>
  openHdf5(byteSource(new Blob([hdf5Goldens[name]?.bytes as Uint8Array<ArrayBuffer>])));

describe('in a browser', () => {
  it.each(Object.entries(kerasGoldens))("Keras's weights have their values: %s", async (_name, golden) => {
    const file = await openKeras(byteSource(new Blob([golden.bytes])));
    for (const [name, ...expected] of golden.layers.flatMap(([, tensors]) => tensors)) {
      const info = file.tensors.get(name) as TensorInfo;
      expect([name, ...(await described(info, file.read(name)))]).toEqual([name, ...expected]);
    }
  });

  it('chunks are inflated, and what is none of zlib is refused', async () => {
    const chunks = await openBlob('chunks');
    for (const [path, expected] of Object.entries(hdf5Goldens.chunks?.datasets ?? {})) {
      const dataset = await chunks.dataset(path);
      expect([path, await described(dataset, dataset.read())]).toEqual([path, expected]);
    }
    const bombs = await openBlob('bombs');
    for (const path of ['more', 'less', 'no zlib', 'cut', 'long', 'padded']) {
      const { read } = await bombs.dataset(path);
      await expect(read()).rejects.toMatchObject({ code: 'bad-file' });
    }
  });
});
