import { describe, expect, it } from 'vitest';
import { byteSource } from '../../byte-source.js';
import { joined } from '../../checkpoint/checkpoint.test-support.js';
import { encodeHdf5, type Hdf5DatasetToWrite } from './encode-hdf5.js';
import { described, hdf5Goldens as files, sha256 } from './files.test-support.js';
import { openHdf5 } from './open-hdf5.js';

const open = (name: string) => openHdf5(byteSource(files[name]?.bytes as Uint8Array));
const zeros = (count: number): Hdf5DatasetToWrite => ({
  ...{ dtype: 'F32', shape: [count], read: async () => new Uint8Array(4 * count) },
});
const refusedOnes = ['refused', 'new chunks', 'bombs'];

/** Long texts are in the golden file as their hashes. */
async function digested([name, value]: [string, unknown]): Promise<[string, unknown]> {
  const isLong = typeof value === 'string' && value.length > 1000;
  return [name, isLong ? `sha256:${await sha256(new TextEncoder().encode(value))}` : value];
}

describe.each(Object.keys(files).filter((name) => !refusedOnes.includes(name)))(
  'an HDF5 file: %s',
  (name) => {
    const golden = files[name] as (typeof files)[string];

    it('has the values that h5py reads', async () => {
      const file = await open(name);
      for (const [path, expected] of Object.entries(golden.datasets)) {
        const dataset = await file.dataset(path);
        expect([path, ...(await described(dataset, dataset.read()))]).toEqual([path, ...expected]);
      }
    });

    it('has the attributes that h5py reads', async () => {
      const file = await open(name);
      for (const [path, expected] of Object.entries(golden.attributes)) {
        const attributes = Object.fromEntries(
          await Promise.all([...(await file.attributes(path))].map(digested)),
        );
        expect(attributes).toEqual({ ...expected, ...('large' in expected && { large: 2n ** 62n + 1n }) });
      }
    });

    it('has the groups that h5py lists, in its order', async () => {
      const file = await open(name);
      for (const [path, expected] of Object.entries(golden.groups))
        expect([...(await file.group(path)).keys()]).toEqual(expected);
    });
  },
);

describe('an HDF5 file', () => {
  it.each([
    ['refused', 'lzf', 'the filter lzf'],
    ['refused', 'scaled', 'the filter scaleoffset'],
    ['refused', 'texts', 'holds text, not numbers'],
    ['refused', 'compound', 'holds compound values, not numbers'],
    ['refused', 'complex', 'not numbers'],
    ['refused', 'outside', 'values in another file'],
    ['refused', 'virtual', 'a virtual dataset'],
    ['refused', 'empty', 'without a shape'],
    ['refused', 'with named type', 'a datatype that stands apart'],
    ['refused', 'named', 'It is no dataset'],
    ['new chunks', 'single', 'chunks whose index is a single chunk'],
    ['new chunks', 'fixed', 'chunks whose index is a fixed array'],
    ['new chunks', 'extensible', 'chunks whose index is an extensible array'],
    ['user block', 'elsewhere', 'a link to another file'],
    ['user block', 'a', 'It is no dataset'],
  ])('with what is not read is refused by name: %s, %s', async (name, path, reason) => {
    const reading = open(name).then((file) => file.dataset(path));
    await expect(reading).rejects.toThrow(reason);
    await expect(reading).rejects.toMatchObject({ code: 'bad-file' });
  });

  it.each(['user block', 'links, newest format'])('follows links within itself: %s', async (name) => {
    const file = await open(name);
    const numbers = async (path: string) =>
      new Float64Array((await (await file.dataset(path)).read()).buffer);
    for (const path of [
      'a/b/values',
      '/a/hard/values',
      'a/soft',
      'absolute',
      'a/b/cycle/b/cycle/hard/values',
    ])
      expect(await numbers(path)).toEqual(Float64Array.of(0, 1, 2));
    expect(Object.fromEntries(await file.group(''))).toEqual({
      ...{ a: 'group', absolute: 'dataset', dangling: 'other' },
      ...{ elsewhere: 'other', round: 'other', type: 'other' },
    });
    expect(await file.kind('a/b')).toBe('group');
    expect(await file.kind('a/c')).toBeUndefined();
    for (const path of ['dangling', 'round', 'a/b/values/c', 'nothing'])
      await expect(file.dataset(path)).rejects.toMatchObject({ code: 'unknown-name' });
  });

  it('reads what it is asked for, and no more', async () => {
    const values = 2 ** 20;
    const bytes = await joined(
      encodeHdf5({
        members: new Map([
          ['a', zeros(values)],
          ['b', zeros(values)],
        ]),
      }),
    );
    let read = 0;
    const source = byteSource(bytes);
    const file = await openHdf5({
      size: source.size,
      read: (start, end) => {
        read += end - start;
        return source.read(start, end);
      },
    });
    const { read: readValues } = await file.dataset('b');
    expect(read).toBeLessThan(2 ** 16);
    expect(await sha256(await readValues())).toBe(await sha256(new Uint8Array(4 * values)));
    expect(read).toBeLessThan(4 * values + 2 ** 16);
  });

  it('may be read again after a read that failed', async () => {
    const source = byteSource(files.chunks?.bytes as Uint8Array);
    let isDown = false;
    const file = await openHdf5({
      size: source.size,
      read: async (start, end) => {
        if (isDown) throw new Error('no connection');
        return source.read(start, end);
      },
    });
    isDown = true;
    await expect(file.dataset('gzip')).rejects.toThrow('no connection');
    isDown = false;
    const { read } = await file.dataset('gzip');
    isDown = true;
    await expect(read()).rejects.toThrow('no connection');
    isDown = false;
    expect(await read()).toHaveLength(7 * 5 * 4 * 4);
  });

  it('may be read again and again', async () => {
    const file = await open('chunks');
    for (let time = 0; time < 1000; time++) await (await file.dataset('gzip')).read();
    const { read } = await file.dataset('shuffled');
    expect(await read()).toEqual(await read());
  });

  it.each([0, 7, 8, 511])('of %d other bytes is not one', async (length) => {
    await expect(openHdf5(byteSource(new Uint8Array(length)))).rejects.toThrow('is not an HDF5 file');
  });
});
