// Files that were made to mislead the reader of Keras's weights: each is refused with its reason.
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { joined } from '../../checkpoint/checkpoint.test-support.js';
import { crc32 } from '../crc32.js';
import { encodeHdf5, type Hdf5DatasetToWrite, type Hdf5GroupToWrite } from '../hdf5/encode-hdf5.js';
import { countedSource } from '../hdf5/files.test-support.js';
import { writeZip } from '../write-zip.js';
import { type KerasGolden, kerasGoldens } from './files.test-support.js';
import { openKeras } from './open-keras.js';

const one: Hdf5DatasetToWrite = { dtype: 'F32', shape: [1], read: async () => new Uint8Array(4) };
const group = (
  members: Readonly<Record<string, Hdf5GroupToWrite | Hdf5DatasetToWrite>>,
  attributes?: Hdf5GroupToWrite['attributes'],
): Hdf5GroupToWrite => ({ members: new Map(Object.entries(members)), ...(attributes && { attributes }) });
const written = (root: Hdf5GroupToWrite) => joined(encodeHdf5(root));
const text = (value: string) => new TextEncoder().encode(value);

async function archive(files: Readonly<Record<string, Uint8Array>>) {
  return joined(writeZip(Object.entries(files).map(([name, data]) => ({ name, data }))));
}

async function expectRefused(bytes: Uint8Array, reason: string) {
  const opening = openKeras(countedSource(bytes));
  await expect(opening).rejects.toThrow(reason);
  await expect(opening).rejects.toMatchObject({ code: 'bad-file' });
}

/** Groups in groups, that many deep. */
function nested(depth: number): Hdf5GroupToWrite {
  let inner = group({ vars: group({ 0: one }) });
  for (let level = 0; level < depth; level++) inner = group({ layers: group({ model: inner }) });
  return inner;
}

/** A file in which `layers` has members that are all the root group. */
async function cyclic(members: number): Promise<Uint8Array> {
  const names = Array.from({ length: members }, (_, index) => [`member_${index}`, group({})] as const);
  const bytes = await written(group({ layers: { members: new Map(names) } }));
  const view = new DataView(bytes.buffer);
  const root = view.getBigUint64(64, true);
  const lists = Buffer.from(bytes);
  for (let at = lists.indexOf('SNOD'); at >= 0; at = lists.indexOf('SNOD', at + 4)) {
    const count = view.getUint16(at + 6, true);
    const isRoot = count === 1 && at > lists.lastIndexOf('TREE') - 1000 && lists.indexOf('SNOD', at + 4) < 0;
    for (let entry = 0; entry < count && !isRoot; entry++)
      view.setBigUint64(at + 16 + 40 * entry, root, true);
  }
  return bytes;
}

describe("a file of Keras's weights", () => {
  it.each<[string, () => Promise<Uint8Array>, string]>([
    ['whose groups contain each other', () => cyclic(1), 'more than 32 deep'],
    ['whose groups contain each other a hundred times', () => cyclic(100), 'deep'],
    ['with models in models without end', () => written(nested(100)), 'more than 32 deep'],
    [
      'that lists a layer twice',
      () => written(group({ a: group({}) }, { layer_names: ['a', 'a'] })),
      'lists a layer twice',
    ],
    [
      'that lists a weight twice',
      () =>
        written(
          group(
            { a: group({ a: group({ b: one }) }, { weight_names: ['a/b', 'a/b'] }) },
            { layer_names: ['a'] },
          ),
        ),
      'lists a weight twice',
    ],
    [
      'whose weights have the same name',
      () =>
        written(
          group(
            { a: group({ b: one, a: group({ b: one }) }, { weight_names: ['b', 'a/b'] }) },
            { layer_names: ['a'] },
          ),
        ),
      'two variables "a/b"',
    ],
    ['that lists a layer it lacks', () => written(group({}, { layer_names: ['a'] })), 'no such group'],
    [
      'whose list of layers is a number',
      () => written(group({}, { layer_names: 5 })),
      'should be a list of names',
    ],
    [
      'whose configuration is not JSON',
      () => written(group({ model_weights: group({}) }, { model_config: '{"a": 1, "a": 2}' })),
      'model_config is not JSON',
    ],
    ['that is another HDF5 file', () => written(group({ images: one })), 'has no weights of Keras'],
    ['with the weights of NumPy', () => archive({ 'model.weights.npz': text('') }), 'in "model.weights.npz"'],
    ['that is another archive', () => archive({ 'data.pkl': text('') }), 'has no model.weights.h5'],
    ['without a configuration', () => archive({ 'model.weights.h5': text('') }), 'has no config.json'],
    [
      'whose configuration is damaged',
      () => archive({ 'config.json': text('{'), 'metadata.json': text('{}'), 'model.weights.h5': text('') }),
      'config.json is not JSON',
    ],
    [
      'whose weights are something else',
      () =>
        archive({
          'config.json': text('{}'),
          'metadata.json': text('{}'),
          'model.weights.h5': text('Hello'),
        }),
      'is not an HDF5 file',
    ],
    ['that is a zip bomb', async () => bomb(2 ** 31), 'are read'],
    ['that is a zip bomb, and lies about it', async () => bomb(1000), 'inflated'],
  ])('%s is refused', async (_what, make, reason) => {
    await expectRefused(await make(), reason);
  });

  it('may have a configuration that is nothing like a model', async () => {
    for (const config of [
      'null',
      '[]',
      '{"config": {"layers": 5}}',
      '{"config": {"layers": [null, {"config": []}]}}',
    ]) {
      const { bytes, layers } = kerasGoldens.weights as KerasGolden;
      const files = { 'config.json': text(config), 'metadata.json': text('5'), 'model.weights.h5': bytes };
      const file = await openKeras(countedSource(await archive(files)));
      expect(file.layers).toHaveLength(layers.length);
    }
  });
});

/** An archive whose weights are deflated zeros, and say that they have a size. */
function bomb(size: number): Uint8Array {
  const zeros = deflateRawSync(Buffer.alloc(4 * 2 ** 20));
  const files: [string, Uint8Array, number, number][] = [
    ['config.json', text('{}'), 0, 2],
    ['metadata.json', text('{}'), 0, 2],
    ['model.weights.h5', size > 2 ** 30 ? new Uint8Array(2 ** 22) : zeros, 8, size],
  ];
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, data, method, length] of files) {
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(method, 4);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(length, 18);
    common.writeUInt16LE(name.length, 22);
    const record = Buffer.alloc(46);
    record.write('PK\x01\x02\x14\x00', 'latin1');
    common.copy(record, 6);
    record.writeUInt32LE(at, 42);
    directory.push(record, Buffer.from(name));
    const entry = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, Buffer.from(name), data]);
    parts.push(entry);
    at += entry.length;
  }
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(at, 16);
  return new Uint8Array(Buffer.concat([...parts, ...directory, end]));
}
