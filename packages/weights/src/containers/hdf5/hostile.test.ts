// Files that were made to mislead: each is refused with its reason, without reading in circles or taking memory.
import { describe, expect, it } from 'vitest';
import { joined } from '../../checkpoint/checkpoint.test-support.js';
import { encodeHdf5, type Hdf5GroupToWrite } from './encode-hdf5.js';
import { countedSource, hdf5Goldens as files, readEverything } from './files.test-support.js';
import { openHdf5 } from './open-hdf5.js';

const rootEntry = 64; // where a superblock of version 0 has the address of the root group's header
const nothing: Hdf5GroupToWrite = { members: new Map() };

/** A small file: a group with long attributes, and one of 300 members. */
async function smallFile(): Promise<Hostile> {
  const many = Array.from({ length: 300 }, (_, index) => [`member ${index}`, nothing] as const);
  const bytes = await joined(
    encodeHdf5({
      members: new Map<string, Hdf5GroupToWrite>([
        [
          'group',
          { members: new Map(), attributes: { texts: Array(300).fill('text'), long: 'x'.repeat(2 ** 18) } },
        ],
        ['many', { members: new Map(many) }],
      ]),
    }),
  );
  return new Hostile(bytes);
}

const golden = (name: string) => new Hostile(new Uint8Array(files[name]?.bytes as Uint8Array));

/** Bytes to be changed at the places of their structures. */
class Hostile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset);
  }

  /** The places where a text or bytes begin. */
  places(what: string | readonly number[]): number[] {
    const sought = Buffer.from(what as string);
    const found: number[] = [];
    for (let at = Buffer.from(this.bytes).indexOf(sought); at >= 0; )
      at = found[found.push(at) - 1] === at ? Buffer.from(this.bytes).indexOf(sought, at + 1) : -1;
    return found;
  }

  address(at: number): number {
    return Number(this.#view.getBigUint64(at, true));
  }

  set(at: number, value: number | bigint, width: 1 | 2 | 4 | 8 = 8): this {
    if (width === 8) this.#view.setBigUint64(at, BigInt(value), true);
    else if (width === 4) this.#view.setUint32(at, Number(value), true);
    else if (width === 2) this.#view.setUint16(at, Number(value), true);
    else this.#view.setUint8(at, Number(value));
    return this;
  }
}

async function expectRefused(bytes: Uint8Array, reason: string | RegExp) {
  const reading = readEverything(countedSource(bytes));
  await expect(reading).rejects.toThrow(reason);
  await expect(reading).rejects.toMatchObject({ code: 'bad-file' });
}

/** The node above others among those of a file's B-trees of version 1. */
const upperNode = (file: Hostile) => file.places('TREE').find((at) => file.bytes[at + 5] === 1) as number;

describe('an HDF5 file', () => {
  const near64 = 2n ** 64n - 2n;

  it.each<[string, (file: Hostile) => unknown, string]>([
    ['whose superblock says more bytes', (file) => file.set(40, file.bytes.length + 1), 'should have'],
    ['whose superblock says 2^64 bytes', (file) => file.set(40, near64), 'beyond 2^53'],
    ['whose root group lies outside', (file) => file.set(rootEntry, file.bytes.length), 'an object'],
    ['whose root group lies beyond 2^53', (file) => file.set(rootEntry, near64), 'beyond 2^53'],
    ['whose addresses have 3 bytes', (file) => file.set(13, 3, 1), 'addresses have 3'],
    [
      'whose header continues in itself',
      (file) => {
        const header = file.address(rootEntry);
        file
          .set(header + 16, 0x10, 2)
          .set(header + 24, header + 16)
          .set(header + 32, 24);
      },
      'continues in itself',
    ],
    [
      'whose header has 2^32 bytes',
      (file) => file.set(file.address(rootEntry) + 8, 2 ** 32 - 1, 4),
      'the header of an object is at bytes',
    ],
    [
      'with a node that is its own child',
      (file) => file.set(upperNode(file) + 32, upperNode(file)),
      'B-tree',
    ],
    [
      'with a node that has the same child twice',
      (file) => file.set(upperNode(file) + 48, file.address(upperNode(file) + 32)),
      'a B-tree contains itself',
    ],
    ['with a node of level 255', (file) => file.set(upperNode(file) + 5, 255, 1), 'a node of another kind'],
    ['with a node of 65,535 children', (file) => file.set(upperNode(file) + 6, 65535, 2), 'B-tree'],
    [
      'with a list of 65,535 names',
      (file) => file.set((file.places('SNOD')[0] as number) + 6, 65535, 2),
      'names',
    ],
    [
      'with a heap that lies outside',
      (file) => file.set((file.places('HEAP')[0] as number) + 24, 2 ** 50),
      'a heap of names',
    ],
    [
      'with a heap of 2^64 bytes',
      (file) => file.set((file.places('HEAP')[0] as number) + 8, near64),
      'beyond 2^53',
    ],
    [
      'with a name outside its heap',
      (file) => file.set((file.places('SNOD').at(-1) as number) + 8, 2 ** 40),
      'outside the heap of names',
    ],
    [
      'with a name that is another one, too',
      (file) => {
        const list = file.places('SNOD').at(-1) as number;
        file.set(list + 48, file.address(list + 8));
      },
      'has the name "group" twice',
    ],
    [
      'with a text outside its heap',
      (file) => file.set((file.places('GCOL')[0] as number) + 24, 2 ** 40),
      'a text that ends beyond it',
    ],
    [
      'whose attribute has more values than bytes',
      (file) => file.set((file.places([1, 1, 0, 0, 0, 0, 0, 0, 0x2c, 1])[0] as number) + 8, 2 ** 40),
      'an attribute ends too early',
    ],
    [
      'whose many texts are a long one each',
      (file) => {
        const collection = file.places('GCOL').at(-1) as number;
        const references = (file.places([1, 1, 0, 0, 0, 0, 0, 0, 0x2c, 1])[0] as number) + 16;
        for (let text = 0; text < 300; text++)
          file
            .set(references + 16 * text, 2 ** 18, 4)
            .set(references + 16 * text + 4, collection)
            .set(references + 16 * text + 12, 301, 4);
      },
      'would be read without end',
    ],
  ])('%s is refused', async (_what, change, reason) => {
    const file = await smallFile();
    await readEverything(countedSource(file.bytes));
    change(file);
    await expectRefused(file.bytes, reason);
  });

  it.each<[string, string, (file: Hostile) => unknown, string | RegExp]>([
    [
      'with a heap that is its own block',
      '700 members, newest format',
      (file) => {
        const block = file.places('FHIB')[0] as number;
        for (let at = block + 17; at + 8 <= file.bytes.length; at += 8) file.set(at, block);
      },
      /./,
    ],
    [
      'with a tree of a million levels',
      '700 members, newest format',
      (file) => file.set((file.places('BTHD')[0] as number) + 12, 65535, 2),
      'levels deep',
    ],
    [
      'with a tree that is its own child',
      '700 members, newest format',
      (file) => {
        const node = file.places('BTIN')[0] as number;
        for (let at = node + 6; at < node + 500; at += 2) file.set(at, node, 2);
      },
      /./,
    ],
    [
      'whose shape has 2^64 values',
      'types',
      (file) => file.set((file.places([1, 2, 1, 0])[0] as number) + 8, near64),
      'beyond 2^53',
    ],
    [
      'whose shape has 2^80 values',
      'types',
      (file) =>
        file
          .set((file.places([1, 2, 1, 0])[0] as number) + 8, 2 ** 40)
          .set((file.places([1, 2, 1, 0])[0] as number) + 16, 2 ** 40),
      'is beyond any file',
    ],
    [
      'with more values than the file has bytes',
      'types',
      (file) => file.set((file.places([1, 2, 1, 0])[0] as number) + 8, 2 ** 30),
      'says that it has',
    ],
  ])('%s is refused', async (_what, name, change, reason) => {
    const file = golden(name);
    change(file);
    await expectRefused(file.bytes, reason);
  });

  it.each([
    ['more', 'inflates to more than its 32 bytes'],
    ['less', 'a chunk of 32 bytes has 31'],
    ['no zlib', 'not what zlib writes'],
    ['cut', 'not what zlib writes'],
    ['long', 'a chunk of 32 bytes takes'],
    ['large', 'says that it has 17179869184 bytes'],
    ['huge', 'is beyond any file'],
    ['padded', 'the chunks of a dataset say'],
  ])('with a chunk that is a bomb is refused: %s', async (name, reason) => {
    const file = await openHdf5(countedSource(files.bombs?.bytes as Uint8Array));
    const reading = file.dataset(name).then(({ read }) => read());
    await expect(reading).rejects.toThrow(reason);
    await expect(reading).rejects.toMatchObject({ code: 'bad-file' });
    expect(await (await file.dataset('right')).read()).toEqual(new Uint8Array(32));
  });

  it('whose groups contain each other is read as deep as it is asked to be, and no deeper', async () => {
    const file = await openHdf5(countedSource(files['user block']?.bytes as Uint8Array));
    expect(await file.kind(`${'a/b/cycle/b/'.repeat(200)}values`)).toBeUndefined();
    expect(await file.kind(`a/b${'/cycle/b'.repeat(200)}`)).toBe('group');
    await expect(file.group('a/b/cycle/b/'.repeat(25_000))).rejects.toThrow('a path has over 1000 names');
  });

  it.each(['links, newest format', 'members in order', 'user block'])(
    'that ends at any byte is refused: %s',
    { timeout: 60_000 },
    async (name) => {
      const { bytes } = golden(name);
      const whole = await readEverything(countedSource(bytes));
      for (let end = 0; end < bytes.length; end += 1) {
        const result = await readEverything(countedSource(bytes.subarray(0, end))).catch((error) => error);
        if (!(result instanceof Error)) expect([end, result]).toEqual([end, whole]);
        else expect([end, result]).toMatchObject([end, { code: 'bad-file' }]);
      }
    },
  );
});
