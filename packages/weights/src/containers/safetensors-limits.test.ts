import { describe, expect, it } from 'vitest';
import { layOut, readSafetensorsHeader } from './safetensors.js';
import { fileOf } from '../model-file/tiny.test-support.js';

const entry = (shape: number[], start: number, end: number, dtype = 'F32') => ({
  ...{ dtype, shape, data_offsets: [start, end] },
});

describe('a safetensors header', () => {
  it.each([
    ...['BOOL', 'U8', 'I8', 'F8_E5M2', 'F8_E4M3'].map((dtype) => [dtype, 1] as const),
    ...['U16', 'I16', 'F16', 'BF16'].map((dtype) => [dtype, 2] as const),
    ...['U32', 'I32', 'F32'].map((dtype) => [dtype, 4] as const),
    ...['U64', 'I64', 'F64'].map((dtype) => [dtype, 8] as const),
  ])('may have values of type %s, %d bytes each', (dtype, width) => {
    const bytes = fileOf({ a: entry([3, 5], 0, 15 * width, dtype) }, new Uint8Array(15 * width));
    const { start, end } = readSafetensorsHeader(bytes).tensors.get('a') ?? { start: 0, end: 0 };
    expect(end - start).toBe(15 * width);
    expect(end).toBe(bytes.length);
    const wrong = fileOf({ a: entry([3, 5], 0, 15 * width + 1, dtype) }, new Uint8Array(15 * width + 1));
    expect(() => readSafetensorsHeader(wrong)).toThrow('bytes apart');
  });

  it('may have sixteen dimensions, and not seventeen', () => {
    const of = (dimensions: number) =>
      fileOf({ a: entry(Array(dimensions).fill(1), 0, 4) }, new Uint8Array(4));
    expect(readSafetensorsHeader(of(16)).tensors.get('a')?.shape).toHaveLength(16);
    expect(() => readSafetensorsHeader(of(17))).toThrow('not a list of sizes');
  });

  it('may be all of the file', () => {
    const bytes = fileOf({});
    expect(readSafetensorsHeader(bytes)).toEqual({ metadata: new Map(), tensors: new Map() });
  });

  it('may start anywhere in a larger buffer', () => {
    const bytes = fileOf({ a: entry([2], 0, 8) }, new Uint8Array(8));
    const larger = new Uint8Array(bytes.length + 13).fill(7);
    larger.set(bytes, 13);
    expect(readSafetensorsHeader(larger.subarray(13))).toEqual(readSafetensorsHeader(bytes));
  });

  it('may have empty tensors, named in any order, where another begins', () => {
    const entries = { b: entry([1], 4, 8), y: entry([0], 4, 4), a: entry([1], 0, 4), x: entry([2, 0], 4, 4) };
    expect(readSafetensorsHeader(fileOf(entries, new Uint8Array(8))).tensors.size).toBe(4);
  });

  it('is UTF-8, inside its strings as well', () => {
    const of = (...name: number[]) => {
      const json = Buffer.concat([
        Buffer.from('{"__metadata__":{"a":"'),
        Buffer.from(name),
        Buffer.from('"}}'),
      ]);
      const length = Buffer.from(BigUint64Array.of(BigInt(json.length)).buffer);
      return new Uint8Array(Buffer.concat([length, json]));
    };
    expect(readSafetensorsHeader(of(0xc3, 0xa9)).metadata.get('a')).toBe('é');
    for (const wrong of [[0xff], [0xc3], [0xe9], [0xed, 0xa0, 0x80]])
      expect(() => readSafetensorsHeader(of(...wrong))).toThrow('not JSON');
  });

  it('is padded with spaces to eight bytes, and only to those', () => {
    for (let length = 1; length <= 8; length++) {
      const { header } = layOut([], { key: 'x'.repeat(length) });
      const text = Buffer.from(header.subarray(8)).toString();
      expect(header.length % 8).toBe(0);
      expect(text.length - text.trimEnd().length).toBeLessThan(8);
      expect(new DataView(header.buffer).getBigUint64(0, true)).toBe(BigInt(header.length - 8));
    }
  });
});
