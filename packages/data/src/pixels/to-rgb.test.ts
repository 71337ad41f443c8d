import { describe, expect, it } from 'vitest';
import { fromCmyk, fromGray, fromSixteenBits, overWhite } from './to-rgb.js';

const levels = Array.from({ length: 256 }, (_, level) => level);

describe('every level', () => {
  it('of 16 bits is rounded to the nearest of 8', () => {
    const values = Uint16Array.from({ length: 65_536 }, (_, i) => i);
    expect([...fromSixteenBits(values)]).toEqual([...values].map((value) => Math.round(value / 257)));
  });

  it('of each colour is composited on white by its own alpha', () => {
    for (const alpha of [0, 1, 127, 128, 254, 255]) {
      const rgba = Uint8Array.from(levels.flatMap((level) => [level, 255 - level, 7, (alpha + level) % 256]));
      const expected = levels.flatMap((level) => {
        const share = ((alpha + level) % 256) / 255;
        return [level, 255 - level, 7].map((colour) => Math.round(colour * share + 255 * (1 - share)));
      });
      expect([...overWhite(rgba)]).toEqual(expected);
    }
  });

  it('of each ink darkens its own colour, and black all of them', () => {
    const cmyk = Uint8Array.from(levels.flatMap((level) => [level, 255 - level, 9, (level * 7) % 256]));
    const expected = levels.flatMap((level) =>
      [level, 255 - level, 9].map((ink) => Math.round(((255 - ink) * (255 - ((level * 7) % 256))) / 255)),
    );
    expect([...fromCmyk(cmyk)]).toEqual(expected);
  });

  it('of gray is that of each colour, and its alpha stays', () => {
    const gray = Uint8Array.from(levels);
    expect([...fromGray(gray, 1)]).toEqual(levels.flatMap((level) => [level, level, level]));
    const withAlpha = Uint8Array.from(levels.flatMap((level) => [level, 255 - level]));
    expect([...fromGray(withAlpha, 2)]).toEqual(
      levels.flatMap((level) => [level, level, level, 255 - level]),
    );
  });
});
