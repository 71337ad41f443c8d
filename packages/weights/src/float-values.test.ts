import { describe, expect, it } from 'vitest';
import { floatValues, halfBits } from './float-values.js';

const bytes = (values: Float64Array | Uint16Array | Float32Array) =>
  new Uint8Array(values.buffer as ArrayBuffer);
const half = (bits: number) => floatValues('x', 'F16', bytes(Uint16Array.of(bits)))[0] as number;

describe('floatValues', () => {
  it('reads halves as IEEE 754 has them', () => {
    const known: readonly (readonly [number, number])[] = [
      [0x3c00, 1],
      [0xc000, -2],
      [0x7bff, 65504],
      [0x0400, 2 ** -14],
      [0x0001, 2 ** -24],
      [0x3555, 0.333251953125],
      [0x7c00, Number.POSITIVE_INFINITY],
    ];
    for (const [bits, value] of known) expect(half(bits)).toBe(value);
    expect(half(0x7e00)).toBeNaN();
    expect(Object.is(half(0x8000), -0)).toBe(true);
  });

  it('takes every half there and back', () => {
    const all = Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits);
    const values = floatValues('x', 'F16', bytes(all));
    expect(
      all.filter((bits, at) => !Number.isNaN(values[at]) && halfBits(values[at] as number) !== bits),
    ).toEqual(new Uint16Array());
  });

  it('reads the upper half of a float32 as BF16', () => {
    expect(floatValues('x', 'BF16', bytes(Uint16Array.of(0x3f80, 0xc049)))).toEqual(
      Float32Array.of(1, -3.140625),
    );
  });

  it('rounds doubles', () => {
    expect(floatValues('x', 'F64', bytes(Float64Array.of(0.1, -7)))).toEqual(Float32Array.of(0.1, -7));
  });

  it('copes with bytes that are not aligned', () => {
    const all = new Uint8Array(9);
    all.set(bytes(Float32Array.of(1.5, -2)), 1);
    expect(floatValues('x', 'F32', all.subarray(1))).toEqual(Float32Array.of(1.5, -2));
  });

  it('refuses integers', () => {
    expect(() => floatValues('q', 'I8', new Uint8Array(4))).toThrow(/q has values of type I8/);
  });
});

describe('halfBits', () => {
  it('rounds to the nearest, ties to even', () => {
    const unit = 2 ** -10; // between halves from 1 on
    expect(half(halfBits(1 + unit / 2))).toBe(1);
    expect(half(halfBits(1 + 1.5 * unit))).toBe(1 + 2 * unit);
    expect(half(halfBits(1 + 0.51 * unit))).toBe(1 + unit);
    expect(half(halfBits(2 ** -25))).toBe(0);
    expect(half(halfBits(1.5 * 2 ** -24))).toBe(2 ** -23);
    expect(halfBits(65519)).toBe(0x7bff);
    expect(halfBits(65520)).toBe(0x7c00);
    expect(halfBits(-1e9)).toBe(0xfc00);
    expect(half(halfBits(Number.NaN))).toBeNaN();
  });
});
