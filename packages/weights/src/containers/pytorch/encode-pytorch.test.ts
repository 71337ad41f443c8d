import { describe, expect, it } from 'vitest';
import { byteSource } from '../../byte-source.js';
import { joined } from '../../checkpoint/checkpoint.test-support.js';
import type { Dtype, TensorToWrite } from '../container.js';
import { openZip } from '../zip.js';
import { encodePytorch } from './encode-pytorch.js';
import { fileNamed } from './files.test-support.js';
import { openPytorch } from './open-pytorch.js';

function tensor(name: string, dtype: Dtype, shape: number[], bytes: Uint8Array): TensorToWrite {
  return { name, dtype, shape, read: async () => bytes };
}

describe('encodePytorch', () => {
  const tensors = [
    tensor(
      'conv1.weight',
      'F32',
      [2, 1, 2],
      new Uint8Array(16).map((_, index) => index),
    ),
    tensor('bn1.num_batches_tracked', 'I64', [], Uint8Array.of(7, 0, 0, 0, 0, 0, 0, 0)),
    tensor('half', 'F16', [3], Uint8Array.of(1, 2, 3, 4, 5, 6)),
    tensor('蓝', 'F32', [0, 4], new Uint8Array()),
    tensor('wide', 'U8', [300], new Uint8Array(300).fill(9)),
  ];

  it('writes what openPytorch reads', async () => {
    const file = await openPytorch(byteSource(await joined(encodePytorch(tensors))));
    expect(file).toMatchObject({ format: 'zip', path: [], others: [], metadata: new Map() });
    expect([...file.tensors]).toEqual(tensors.map(({ name, dtype, shape }) => [name, { dtype, shape }]));
    for (const each of tensors) expect(await file.read(each.name)).toEqual(await each.read());
  });

  it('writes again what PyTorch wrote', async () => {
    const original = await openPytorch(byteSource(await fileNamed('a checkpoint')));
    const again = [...original.tensors].map(([name, info]) => ({
      name,
      ...info,
      read: () => original.read(name),
    }));
    const file = await openPytorch(byteSource(await joined(encodePytorch(again))));
    expect(file.tensors).toEqual(original.tensors);
    for (const name of file.tensors.keys()) expect(await file.read(name)).toEqual(await original.read(name));
  });

  it('writes the pickle, byte for byte, that PyTorch has been seen to read', async () => {
    const archive = await openZip(byteSource(await joined(encodePytorch(tensors.slice(1, 2)))));
    expect([...archive.entries.keys()]).toEqual([
      ...['archive/data.pkl', 'archive/byteorder', 'archive/data/0', 'archive/version'],
    ]);
    const pickle = await archive.entry('archive/data.pkl');
    expect(Buffer.from(await pickle.read(0, pickle.size)).toString('latin1')).toBe(
      '\x80\x02ccollections\nOrderedDict\n)R(X\x17\0\0\0bn1.num_batches_tracked' +
        'ctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\nLongStorage\nX\x01\0\0\x000' +
        'X\x03\0\0\0cpuJ\x01\0\0\0tQJ\0\0\0\0(t(t\x89ccollections\nOrderedDict\n)RtRu.',
    );
  });

  it('asks for one tensor at a time, when its turn has come', async () => {
    const read: string[] = [];
    const watched = tensors.map((each) => ({
      ...each,
      read() {
        read.push(each.name);
        return each.read();
      },
    }));
    const parts = encodePytorch(watched);
    expect(read).toEqual([]);
    for (let part = 0; part < 6; part++) await parts.next(); // header and data of the pickle, the byte order, a tensor
    expect(read).toEqual(['conv1.weight']);
  });

  it('knows sizes beyond 32 bits', async () => {
    const large = { ...tensor('large', 'U8', [3, 2 ** 31], new Uint8Array()) };
    const parts: Uint8Array[] = [];
    await expect(
      (async () => {
        for await (const part of encodePytorch([large])) parts.push(part);
      })(),
    ).rejects.toThrow('has 6442450944 bytes, but got 0');
    // The storage's number of values, and the first axis's stride, as numbers of eight bytes.
    expect(Buffer.concat(parts).toString('latin1')).toContain('\x8a\x08\0\0\0\x80\x01\0\0\0tQ');
    expect(Buffer.concat(parts).toString('latin1')).toContain('\x8a\x08\0\0\0\x80\0\0\0\0J\x01\0\0\0t\x89');
  });

  it.each<[string, TensorToWrite[], string, string]>([
    [
      'a name that comes twice',
      [tensors[0] as TensorToWrite, tensors[0] as TensorToWrite],
      'bad-option',
      'Two tensors',
    ],
    ['a type that PyTorch 1.6 lacks', [tensor('a', 'U16', [1], new Uint8Array(2))], 'bad-option', 'type U16'],
    [
      'fewer values',
      [tensor('a', 'F32', [2], new Uint8Array(4))],
      'shape-mismatch',
      'has 8 bytes, but got 4',
    ],
  ])('refuses %s', async (_what, refused, code, reason) => {
    const writing = joined(encodePytorch(refused));
    await expect(writing).rejects.toMatchObject({ code });
    await expect(writing).rejects.toThrow(reason);
  });
});
