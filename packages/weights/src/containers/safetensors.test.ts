import { ResNetError } from '@resnetjs/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteSource } from '../byte-source.js';
import { fileOf } from '../model-file/tiny.test-support.js';
import { layOut, openSafetensors, readSafetensorsHeader } from './safetensors.js';

const entry = (shape: number[], start: number, end: number, dtype = 'F32') => ({
  dtype,
  shape,
  data_offsets: [start, end],
});

describe('a safetensors header', () => {
  it('is read as it was laid out, with data aligned to eight bytes', () => {
    for (const name of ['a', 'ab', 'abc', 'abcd', 'abcde', 'é', '蓝']) {
      const { header, starts, size } = layOut(
        [
          { id: name, shape: [2, 3] },
          { id: 'scalar', shape: [] },
        ],
        { key: name },
      );
      const { tensors, metadata } = readSafetensorsHeader(header, size);
      expect(metadata).toEqual(new Map([['key', name]]));
      expect(tensors.get(name)).toMatchObject({ dtype: 'F32', shape: [2, 3], start: starts.get(name) });
      expect((tensors.get(name)?.start as number) % 8).toBe(0);
      expect(size - (tensors.get('scalar')?.end as number)).toBe(0);
    }
  });

  it('may have other dtypes, empty tensors, and any order', () => {
    const bytes = fileOf(
      { b: entry([2], 4, 8, 'F16'), empty: entry([0, 5], 4, 4), a: entry([1], 0, 4) },
      new Uint8Array(8),
    );
    expect([...readSafetensorsHeader(bytes).tensors.keys()]).toEqual(['b', 'empty', 'a']);
  });

  const data = new Uint8Array(8);
  it.each([
    ['an empty file', new Uint8Array(), /0 bytes, too few/],
    [
      'a huge length',
      fileOf({}, data, 2n ** 63n),
      /header has 9223372036854775808 bytes, but there is room for 2 to 10/,
    ],
    ['a length past the end', fileOf({}, data, 11n), /room for 2 to 10/],
    ['no length', fileOf({}, data, 0n), /header has 0 bytes/],
    ['something other than JSON', fileOf('{"a":'), /not JSON/],
    ['something other than UTF-8', fileOf({}, Uint8Array.of(0xff, 0xfe), 4n), /not JSON/],
    ['a list', fileOf([]), /not an object/],
    ['metadata that are not strings', fileOf({ __metadata__: { a: 1 } }), /object of strings/],
    ['an unknown dtype', fileOf({ a: entry([2], 0, 8, 'F13') }, data), /"a" has a dtype/],
    [
      'a dtype that is a property of objects',
      fileOf({ a: entry([2], 0, 8, 'constructor') }, data),
      /dtype that safetensors does not have/,
    ],
    ['no entry', fileOf({ a: null }, data), /dtype that safetensors does not have/],
    ['a negative size', fileOf({ a: entry([-2], 0, 8) }, data), /not a list of sizes/],
    ['a fraction', fileOf({ a: entry([0.5, 4], 0, 8) }, data), /not a list of sizes/],
    ['too many dimensions', fileOf({ a: entry(Array(17).fill(1), 0, 4) }, data), /not a list of sizes/],
    ['a size too large for an integer', fileOf({ a: entry([2 ** 53], 0, 8) }, data), /not a list of sizes/],
    [
      'a product too large for an integer',
      fileOf({ a: entry([2 ** 52, 2 ** 52], 0, 8) }, data),
      /bytes apart/,
    ],
    ['offsets past the end', fileOf({ a: entry([4], 0, 16) }, data), /the file holds 8/],
    ['offsets in reverse', fileOf({ a: entry([1], 4, 0) }, data), /the file holds 8/],
    [
      'a shape that does not match its bytes',
      fileOf({ a: entry([1], 0, 8) }, data),
      /4 bytes, but its offsets are 8/,
    ],
    ['an overlap', fileOf({ a: entry([2], 0, 8), b: entry([1], 4, 8) }, data), /"b" overlaps/],
    ['a gap', fileOf({ a: entry([1], 4, 8) }, data), /gap of 4 bytes/],
    ['bytes of no tensor', fileOf({ a: entry([1], 0, 4) }, data), /4 bytes at the end/],
    ['__proto__', fileOf('{"__proto__":{"dtype":"F32"}}'), /"__proto__" has a shape/],
  ])('rejects %s', (_what, bytes, message) => {
    expect(() => readSafetensorsHeader(bytes)).toThrow(message);
    expect(() => readSafetensorsHeader(bytes)).toThrow(ResNetError);
  });

  it('is read or rejected, and nothing else, whatever the bytes are', () => {
    const shape = fc.array(fc.oneof(fc.nat(4), fc.maxSafeInteger(), fc.double()), { maxLength: 4 });
    const loose = fc.record({
      dtype: fc.oneof(fc.constantFrom('F32', 'F16', 'U8', '__proto__'), fc.jsonValue()),
      shape: fc.oneof(shape, fc.jsonValue()),
      data_offsets: fc.oneof(fc.tuple(fc.nat(40), fc.nat(40)), shape, fc.jsonValue()),
    });
    const header = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), loose),
    );
    fc.assert(
      fc.property(
        header,
        fc.uint8Array({ maxLength: 40 }),
        fc.option(fc.bigInt(0n, 2n ** 64n - 1n)),
        (json, data, length) => {
          try {
            readSafetensorsHeader(fileOf(json, data, length ?? undefined));
          } catch (error) {
            expect(error).toBeInstanceOf(ResNetError);
          }
        },
      ),
      { numRuns: 2000, seed: 20151210 },
    );
  });
});

describe('an open safetensors file', () => {
  const bytes = fileOf(
    { __metadata__: { a: 'b' }, x: entry([2], 0, 4, 'F16'), y: entry([1], 4, 8) },
    Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  );

  it('reads its header, and of the tensors only what it is asked for', async () => {
    const parts: (readonly [number, number])[] = [];
    const source = byteSource(bytes);
    const file = await openSafetensors({
      size: source.size,
      read(start, end) {
        parts.push([start, end]);
        return source.read(start, end);
      },
    });
    expect(file.metadata).toEqual(new Map([['a', 'b']]));
    expect(file.tensors.get('x')).toMatchObject({ dtype: 'F16', shape: [2] });
    expect(await file.read('y')).toEqual(Uint8Array.of(5, 6, 7, 8));
    const dataStart = bytes.length - 8;
    expect(parts).toEqual([
      [0, 8],
      [0, dataStart],
      [dataStart + 4, dataStart + 8],
    ]);
    await expect(file.read('__proto__')).rejects.toMatchObject({ code: 'unknown-name' });
  });

  it('says that it ended too early', async () => {
    const source = byteSource(bytes);
    const file = await openSafetensors({
      ...source,
      read: (a, b) => source.read(a, Math.min(b, bytes.length - 2)),
    });
    await expect(file.read('y')).rejects.toThrow(/ended while it was read/);
  });
});
