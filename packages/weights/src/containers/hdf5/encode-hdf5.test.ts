import { describe, expect, it } from 'vitest';
import { byteSource } from '../../byte-source.js';
import { joined } from '../../checkpoint/checkpoint.test-support.js';
import { type Dtype, dtypeBytes } from '../container.js';
import { encodeHdf5, type Hdf5DatasetToWrite, type Hdf5GroupToWrite } from './encode-hdf5.js';
import { openHdf5 } from './open-hdf5.js';

const group = (
  members: Readonly<Record<string, Hdf5GroupToWrite | Hdf5DatasetToWrite>>,
  attributes?: Hdf5GroupToWrite['attributes'],
): Hdf5GroupToWrite => ({ members: new Map(Object.entries(members)), ...(attributes && { attributes }) });

const dataset = (dtype: Dtype, shape: readonly number[], seed = 1): Hdf5DatasetToWrite => ({
  ...{ dtype, shape },
  read: async () => valuesOf(dtypeBytes[dtype] * shape.reduce((a, b) => a * b, 1), seed),
});

const valuesOf = (length: number, seed: number) =>
  Uint8Array.from({ length }, (_, index) => (index * 37 + seed * 101) % 251);

const written = async (root: Hdf5GroupToWrite) => openHdf5(byteSource(await joined(encodeHdf5(root))));

describe('a written HDF5 file', () => {
  it.each(['F64', 'F32', 'F16', 'BF16', 'I64', 'I32', 'I16', 'I8', 'U64', 'U32', 'U16', 'U8'] as const)(
    'has values of type %s',
    async (dtype) => {
      const file = await written(group({ a: group({ b: dataset(dtype, [3, 1, 5]) }) }));
      const { shape, dtype: found, read } = await file.dataset('a/b');
      expect([found, shape]).toEqual([dtype, [3, 1, 5]]);
      expect(await read()).toEqual(valuesOf(15 * dtypeBytes[dtype], 1));
    },
  );

  it('has scalars, and tensors without values', async () => {
    const file = await written(group({ scalar: dataset('F32', []), none: dataset('F32', [0, 7]) }));
    expect(await (await file.dataset('scalar')).read()).toEqual(valuesOf(4, 1));
    const { shape, read } = await file.dataset('none');
    expect([shape, await read()]).toEqual([[0, 7], new Uint8Array()]);
  });

  it.each([0, 1, 8, 9, 256, 257, 500, 9000])('has a group of %d members', async (count) => {
    const members = Array.from({ length: count }, (_, index) => [`n${index}`, group({})] as const);
    const file = await written({ members: new Map(members) });
    const names = [...(await file.group('')).keys()];
    expect(names).toEqual(members.map(([name]) => name).sort());
  });

  it('has attributes', async () => {
    const attributes = {
      ...{ text: 'größer', empty: '', whole: -5, large: 2 ** 53 - 1 },
      ...{ texts: ['a', '', 'batch_normalization'], none: [], long: 'x'.repeat(200_000) },
      many: Array.from({ length: 3000 }, (_, index) => `text ${index}`),
    };
    const file = await written(
      group(
        { a: group({}, { name: 'conv2d' }), b: { ...dataset('F32', [2]), attributes: { unit: 'm' } } },
        attributes,
      ),
    );
    expect(Object.fromEntries(await file.attributes(''))).toEqual(attributes);
    expect(Object.fromEntries(await file.attributes('a'))).toEqual({ name: 'conv2d' });
    expect(Object.fromEntries(await file.attributes('b'))).toEqual({ unit: 'm' });
  });

  it('asks for values one dataset at a time', async () => {
    const asked: string[] = [];
    const asking = (name: string): Hdf5DatasetToWrite => ({
      ...dataset('F32', [1000]),
      read: async () => {
        asked.push(name);
        return valuesOf(4000, 1);
      },
    });
    const parts = encodeHdf5(group({ b: asking('b'), a: asking('a') }));
    await parts.next();
    expect(asked).toEqual([]);
    await parts.next();
    expect(asked).toEqual(['b']);
    await parts.return(undefined);
  });

  it.each([
    ['a name with a slash', group({ 'a/b': group({}) }), 'no name in an HDF5 file', 'bad-option'],
    ['an empty name', group({ '': group({}) }), 'no name in an HDF5 file', 'bad-option'],
    ['booleans', group({ a: dataset('BOOL', [2]) }), 'Values of type BOOL', 'bad-option'],
    ['too long a list', group({}, { a: Array(5000).fill('x') }), 'more than fit', 'bad-option'],
    [
      'values that do not fill their dataset',
      group({ a: { ...dataset('F32', [2]), read: async () => new Uint8Array(7) } }),
      'needs 8 bytes of values, but got 7',
      'shape-mismatch',
    ],
  ])('cannot have %s', async (_what, root, message, code) => {
    const writing = joined(encodeHdf5(root));
    await expect(writing).rejects.toThrow(message);
    await expect(writing).rejects.toMatchObject({ code });
  });
});
