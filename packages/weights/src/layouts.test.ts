import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { channelsFirst, type Layout, oihw, outIn } from './layouts.js';

const counted = (shape: readonly number[]) =>
  Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, index) => index);
const size = fc.integer({ min: 1, max: 5 });

describe('a layout', () => {
  it('is undone by its way back, and moves every value once', () => {
    const cases: fc.Arbitrary<[Layout, number[]]> = fc.oneof(
      fc.tuple(fc.constant(oihw), fc.tuple(size, size, size, size)),
      fc.tuple(fc.constant(outIn), fc.tuple(size, size)),
      fc
        .tuple(size, size, size, fc.array(size, { maxLength: 2 }))
        .map(([h, w, c, row]): [Layout, number[]] => [channelsFirst([h, w, c]), [h * w * c, ...row]]),
    );
    fc.assert(
      fc.property(cases, ([layout, ours]) => {
        const values = counted(ours);
        const theirs = layout.fromOurs(values, ours);
        expect(layout.toOurs(theirs, ours)).toEqual(values);
        expect(layout.fromOurs(layout.toOurs(values, ours), ours)).toEqual(values);
        expect(Float32Array.from(theirs).sort()).toEqual(values);
        const shape = layout.shape(ours);
        expect(counted(shape).length).toBe(values.length);
      }),
      { seed: 20151210 },
    );
  });

  it('of a convolution has the value of [y, x, in, out] at [out, in, y, x]', () => {
    const ours = [2, 3, 4, 5] as const;
    const theirs = oihw.fromOurs(counted(ours), ours);
    expect(oihw.shape(ours)).toEqual([5, 4, 2, 3]);
    const [y, x, channel, filter] = [1, 2, 3, 4];
    expect(theirs[((filter * 4 + channel) * 2 + y) * 3 + x]).toBe(((y * 3 + x) * 4 + channel) * 5 + filter);
    expect(theirs[((0 * 4 + 1) * 2 + 1) * 3 + 2]).toBe(((1 * 3 + 2) * 4 + 1) * 5 + 0);
  });

  it('of a dense layer is its transpose', () => {
    expect(outIn.shape([2, 3])).toEqual([3, 2]);
    expect(outIn.fromOurs(counted([2, 3]), [2, 3])).toEqual(Float32Array.of(0, 3, 1, 4, 2, 5));
  });

  it('after a flattened map has the row of [y, x, channel] at [channel, y, x]', () => {
    const layout = channelsFirst([2, 1, 3]);
    expect(layout.shape([6, 2])).toEqual([6, 2]);
    expect(layout.fromOurs(counted([6]), [6])).toEqual(Float32Array.of(0, 3, 1, 4, 2, 5));
    expect(layout.fromOurs(counted([6, 2]), [6, 2])).toEqual(
      Float32Array.of(0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11),
    );
  });
});
