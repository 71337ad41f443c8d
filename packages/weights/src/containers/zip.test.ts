import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type ByteSource, byteSource } from '../byte-source.js';
import { joined } from '../checkpoint/checkpoint.test-support.js';
import { crc32 } from './crc32.js';
import { openZip } from './zip.js';
import { directoryOf, localHeader, type WrittenEntry, writeZip, type ZipFile } from './write-zip.js';

const text = (content: string) => new TextEncoder().encode(content);
const abc: ZipFile[] = [
  { name: 'a/b.txt', data: text('one') },
  { name: 'a/é.bin', data: new Uint8Array(100).fill(7) },
  { name: 'empty', data: new Uint8Array() },
];

async function zipOf(files: readonly ZipFile[] = abc): Promise<Uint8Array<ArrayBuffer>> {
  return joined(writeZip(files));
}

/** What the directory and the header before the data say of an entry, and its data. */
interface Raw {
  name: string;
  data: Uint8Array;
  method?: number;
  flags?: number;
  size?: number;
  storedBytes?: number;
  crc?: number;
  /** Where the directory says that it starts, from where it does. */
  shift?: number;
  disk?: number;
  localName?: string;
}

/** An archive written without any care. */
function rawZip(
  entries: readonly Raw[],
  end: { count?: number; start?: number; disk?: number } = {},
): Uint8Array {
  const parts: Buffer[] = [];
  const records: Buffer[] = [];
  let at = 0;
  for (const each of entries) {
    const { name, data, method = 0, flags = 0, crc = crc32(data), disk = 0, localName = name } = each;
    const { size = data.length, storedBytes = data.length, shift = 0 } = each;
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50);
    local.writeUInt16LE(method, 8);
    local.writeUInt16LE(Buffer.byteLength(localName), 26);
    const record = Buffer.alloc(46);
    record.writeUInt32LE(0x02014b50);
    record.writeUInt16LE(flags, 8);
    record.writeUInt16LE(method, 10);
    record.writeUInt32LE(crc, 16);
    record.writeUInt32LE(storedBytes, 20);
    record.writeUInt32LE(size, 24);
    record.writeUInt16LE(Buffer.byteLength(name), 28);
    record.writeUInt16LE(disk, 34);
    record.writeUInt32LE(at + shift, 42);
    records.push(record, Buffer.from(name));
    parts.push(local, Buffer.from(localName), Buffer.from(data));
    at += local.length + Buffer.byteLength(localName) + data.length;
  }
  const directory = Buffer.concat(records);
  const last = Buffer.alloc(22);
  last.writeUInt32LE(0x06054b50);
  last.writeUInt16LE(end.disk ?? 0, 4);
  last.writeUInt16LE(end.count ?? entries.length, 10);
  last.writeUInt32LE(directory.length, 12);
  last.writeUInt32LE(end.start ?? at, 16);
  return new Uint8Array(Buffer.concat([...parts, directory, last]));
}

async function contentOf(bytes: Uint8Array, name: string, maxBytes?: number): Promise<Uint8Array> {
  const content = await (await openZip(byteSource(bytes))).entry(name, maxBytes);
  return content.read(0, content.size);
}

describe('a zip archive', () => {
  it('is read as it was written, its data at multiples of 64 bytes', async () => {
    const bytes = await zipOf();
    const archive = await openZip(byteSource(bytes));
    expect([...archive.entries]).toEqual(
      abc.map(({ name, data }) => [name, expect.objectContaining({ size: data.length, isDeflated: false })]),
    );
    for (const { name, data } of abc) {
      expect(await contentOf(bytes, name)).toEqual(data);
      const at = data.length > 0 ? Buffer.from(bytes).indexOf(Buffer.from(data)) : 0;
      expect(at % 64).toBe(0);
    }
    expect(await zipOf()).toEqual(bytes);
    await expect(archive.entry('b')).rejects.toMatchObject({ code: 'unknown-name' });
  });

  it('is read by its directory alone, and of an entry only what is asked for', async () => {
    const source = byteSource(await zipOf([{ name: 'large', data: new Uint8Array(1e6) }]));
    let read = 0;
    const watched: ByteSource = {
      size: source.size,
      async read(start, end) {
        const bytes = await source.read(start, end);
        read += bytes.length;
        return bytes;
      },
    };
    const content = await (await openZip(watched)).entry('large');
    expect(read).toBeLessThan(70_000); // a comment may have 64 KiB
    read = 0;
    expect(await content.read(10, 20)).toHaveLength(10);
    expect(await content.read(999_990, 1_000_010)).toHaveLength(10);
    expect(await content.read(1_000_010, 1_000_020)).toHaveLength(0);
    expect(read).toBe(20);
  });

  it('may be empty, have a comment, and folders', async () => {
    expect((await openZip(byteSource(await zipOf([])))).entries.size).toBe(0);
    const bytes = Buffer.from(
      rawZip([
        { name: 'a/', data: text('') },
        { name: 'a/b', data: text('one') },
      ]),
    );
    bytes.writeUInt16LE(7, bytes.length - 2);
    const archive = await openZip(byteSource(Buffer.concat([bytes, text('comment')])));
    expect([...archive.entries.keys()]).toEqual(['a/b']);
  });

  it('may be deflated', async () => {
    const data = new Uint8Array(3_000_000).map((_, index) => index % 251);
    const deflated = deflateRawSync(data);
    const bytes = rawZip([{ name: 'a', data: deflated, method: 8, size: data.length, crc: crc32(data) }]);
    expect(Buffer.compare(await contentOf(bytes, 'a'), data)).toBe(0);
    await expect(contentOf(bytes, 'a', 2_999_999)).rejects.toThrow('at most 2999999 are read');
    const content = await (await openZip(byteSource(bytes))).entry('a');
    expect(await content.read(252, 254)).toEqual(Uint8Array.of(1, 2));
  });

  it('may lie beyond 4 GiB', async () => {
    const name = text('a/large');
    const data = text('content');
    const start = 5 * 2 ** 30 + 3;
    const entry: WrittenEntry = { name, size: data.length, crc: crc32(data), start };
    const header = localHeader(entry);
    expect((start + header.length) % 64).toBe(0);
    const large: WrittenEntry = { name: text('a/larger'), size: 5 * 2 ** 30 - 200, crc: 0, start: 0 };
    expect(localHeader(large).length % 64).toBe(0);
    const end = start + header.length + data.length;
    const source = sparse([
      [0, localHeader(large)],
      [start, Buffer.concat([header, data])],
      [end, directoryOf([large, entry], end)],
    ]);
    const archive = await openZip(source);
    expect([...archive.entries].map(([key, { size }]) => [key, size])).toEqual([
      ['a/larger', 5 * 2 ** 30 - 200],
      ['a/large', 7],
    ]);
    expect(await (await archive.entry('a/large')).read(0, 7)).toEqual(data);
    expect(await (await archive.entry('a/larger')).read(2 ** 32, 2 ** 32 + 2)).toEqual(new Uint8Array(2));
  });

  it('may have more entries than 16 bits count', async () => {
    const files = Array.from({ length: 70_000 }, (_, index) => ({
      name: String(index),
      data: new Uint8Array(),
    }));
    const archive = await openZip(byteSource(await zipOf(files)));
    expect(archive.entries.size).toBe(70_000);
  });

  it.each(['', 'a'.repeat(65_536)])('is not written with a name of %#', async (name) => {
    await expect(zipOf([{ name, data: text('') }])).rejects.toMatchObject({ code: 'bad-option' });
  });

  it('is not written with a name that comes twice', async () => {
    await expect(zipOf([...abc, ...abc])).rejects.toThrow('there before');
  });

  const one = { name: 'a', data: text('one') };
  const deflated = (size: number, more: Partial<Raw> = {}) => ({
    ...{ name: 'a', data: deflateRawSync(new Uint8Array(1000)), method: 8, size, crc: 0 },
    ...more,
  });
  it.each<[string, Uint8Array, RegExp]>([
    ['no end', text('PK\x03\x04'), /has no end/],
    ['a name from the root', rawZip([{ ...one, name: '/etc/passwd' }]), /one inside the archive's folder/],
    [
      'a name that leaves the folder',
      rawZip([{ ...one, name: 'a/../../b' }]),
      /one inside the archive's folder/,
    ],
    ['a name with backslashes', rawZip([{ ...one, name: '..\\b' }]), /one inside the archive's folder/],
    ['a name on a drive', rawZip([{ ...one, name: 'C:b' }]), /one inside the archive's folder/],
    ['an empty name', rawZip([{ ...one, name: '' }]), /one inside the archive's folder/],
    ['a name with a zero', rawZip([{ ...one, name: 'a\0b' }]), /one inside the archive's folder/],
    ['a name twice', rawZip([one, one]), /"a" of the archive is in the archive twice/],
    ['entries that overlap', rawZip([one, { ...one, name: 'b', shift: -3 }]), /overlaps what is at byte 31/],
    ['an entry twice over', rawZip([one, { ...one, name: 'b', shift: -34 }]), /overlaps/],
    ['an entry past the directory', rawZip([{ ...one, shift: 10 }]), /overlaps/],
    ['an entry far outside', rawZip([{ ...one, shift: 2 ** 31 }]), /overlaps/],
    ['encryption', rawZip([{ ...one, flags: 1 }]), /is encrypted/],
    ['strong encryption', rawZip([{ ...one, flags: 0x2040 }]), /is encrypted/],
    ['an unknown method', rawZip([{ ...one, method: 12 }]), /compressed by method 12/],
    ['another part', rawZip([one], { disk: 1 }), /several parts/],
    ['an entry in another part', rawZip([{ ...one, disk: 1 }]), /in another part/],
    ['stored bytes of another size', rawZip([{ ...one, size: 1000 }]), /can't have 1000 bytes from 3/],
    ['too many entries', rawZip([one], { count: 60_000 }), /can't be that of 60000 entries/],
    ['too few entries', rawZip([one, { ...one, name: 'b' }], { count: 1 }), /47 bytes too many/],
    ['a directory elsewhere', rawZip([one], { start: 0 }), /file is damaged/],
    ['sizes of zip64 that are missing', rawZip([{ ...one, size: 2 ** 32 - 1 }]), /lacks the sizes of zip64/],
    ['a bomb by its size', rawZip([deflated(2 ** 31)]), /can't have 2147483648 bytes/],
  ])('is refused with %s', async (_what, bytes, reason) => {
    await expect(openZip(byteSource(bytes))).rejects.toMatchObject({ code: 'bad-file' });
    await expect(openZip(byteSource(bytes))).rejects.toThrow(reason);
  });

  it('is refused with more than 100,000 entries', async () => {
    const name = text('a');
    const entries = Array.from({ length: 100_001 }, () => ({ name, size: 0, crc: 0, start: 0 }));
    await expect(openZip(byteSource(directoryOf(entries, 0)))).rejects.toThrow('at most 100000 are read');
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['another name before its data', rawZip([{ ...one, localName: 'b' }]), /not where the directory says/],
    ['another checksum', rawZip([{ ...one, crc: 1 }]), /its checksum differs/],
    ['another checksum, deflated', rawZip([deflated(1000, { crc: 1 })]), /its checksum differs/],
    ['more when it is inflated', rawZip([deflated(999)]), /can't be inflated to its 999 bytes/],
    ['less when it is inflated', rawZip([deflated(1001)]), /can't be inflated to its 1001 bytes/],
    ['a stream that is none', rawZip([deflated(100, { data: text('\xff\xff\xff') })]), /can't be inflated/],
    [
      'half a stream',
      rawZip([deflated(1000, { data: deflateRawSync(new Uint8Array(1000)).subarray(0, 4) })]),
      /can't be/,
    ],
  ])('has an entry refused with %s', async (_what, bytes, reason) => {
    await expect(contentOf(bytes, 'a')).rejects.toMatchObject({ code: 'bad-file' });
    await expect(contentOf(bytes, 'a')).rejects.toThrow(reason);
  });

  it('has an entry refused that reaches into the next one by its header', async () => {
    const bytes = rawZip([one, { ...one, name: 'b' }]);
    new DataView(bytes.buffer).setUint16(28, 1000, true);
    await expect(contentOf(bytes, 'a')).rejects.toThrow('overlaps what is at byte 34');
  });

  it('is refused wherever it was cut off', async () => {
    const bytes = await zipOf();
    for (let length = 0; length < bytes.length; length++) {
      await expect(openZip(byteSource(bytes.subarray(0, length)))).rejects.toMatchObject({
        code: 'bad-file',
      });
    }
  });
});

describe('crc32', () => {
  it.each([
    [0, 0x00000000],
    [1, 0xd202ef8d],
    [7, 0x251ce8ba],
    [8, 0xb1219fbc],
    [9, 0x1ebfb987],
    [15, 0x95ffba15],
    [16, 0xf9234aa5],
    [17, 0x69f08bc4],
    [1000, 0x6082018a],
  ])("of %i bytes is what Python's zlib computes", (length, expected) => {
    expect(crc32(new Uint8Array(length).map((_, index) => (index * 97) % 256))).toBe(expected);
  });

  it("of the standard's digits is the standard's", () => expect(crc32(text('123456789'))).toBe(0xcbf43926));
});

/** Zeros, except for these bytes. */
function sparse(parts: readonly (readonly [number, Uint8Array])[]): ByteSource {
  const [start, last] = parts.at(-1) as [number, Uint8Array];
  const size = start + last.length;
  return {
    size,
    async read(from, to) {
      const bytes = new Uint8Array(Math.min(to, size) - from);
      for (const [at, part] of parts) {
        for (const [index, byte] of part.entries()) {
          if (at + index >= from && at + index < to) bytes[at + index - from] = byte;
        }
      }
      return bytes;
    },
  };
}
