// Headers that encoders rarely write, byte by byte as the standards have them.
import { describe, expect, it } from 'vitest';
import { imageHeader } from './image-header.js';

const ascii = (text: string) => [...Buffer.from(text, 'latin1')];
const segment = (marker: number, ...payload: number[]) => [0xff, marker, 0, payload.length + 2, ...payload];
/** A frame header of 8 bits: height 0x0123, width 0x0456. */
const frame = segment(0xc2, 8, 0x01, 0x23, 0x04, 0x56, 1, 1, 0x11, 0);

describe('a JPEG', () => {
  it.each([
    ['Huffman tables', segment(0xc4, 0, 9, 9, 9, 9, 9, 9)],
    ['an extension', segment(0xc8, 0, 9, 9, 9, 9, 9, 9)],
    ['arithmetic conditioning', segment(0xcc, 0, 9, 9, 9, 9, 9, 9)],
    ['fill bytes', [0xff, 0xff, 0xff]],
    ['one fill byte', [0xff]],
    ['a marker without a length', [0xff, 0x01]],
    ['another start of the image', [0xff, 0xd8]],
    ['a restart', [0xff, 0xd0]],
    ['nothing', []],
  ])('has the size of its frame, after %s', (_, before) => {
    const bytes = Uint8Array.of(0xff, 0xd8, ...segment(0xe0, 1, 2, 3), ...before, ...frame);
    expect(imageHeader(bytes)).toEqual({ kind: 'jpeg', size: { height: 0x0123, width: 0x0456 } });
  });
});

describe('a WebP', () => {
  const webp = (chunk: string, ...payload: number[]) =>
    Uint8Array.of(
      ...ascii('RIFF'),
      9,
      9,
      9,
      9,
      ...ascii(`WEBP${chunk}`),
      9,
      9,
      9,
      9,
      ...payload,
      ...Array(20).fill(0),
    );

  it('has 14 bits for each side of a lossy frame, and two for a scale', () => {
    const bytes = webp('VP8 ', 0, 0, 0, 0x9d, 0x01, 0x2a, 0x34, 0x52, 0x78, 0x96);
    expect(imageHeader(bytes)?.size).toEqual({ width: 0x1234, height: 0x1678 });
  });

  it('has 14 bits, less one, for each side of a lossless frame', () => {
    expect(imageHeader(webp('VP8L', 0x2f, 0xff, 0xff, 0xff, 0xff))?.size).toEqual({
      width: 16_384,
      height: 16_384,
    });
    const sides = (0x1234 - 1) | ((0x2345 - 1) << 14);
    const bytes = webp('VP8L', 0x2f, ...[0, 8, 16, 24].map((shift) => (sides >>> shift) & 0xff));
    expect(imageHeader(bytes)?.size).toEqual({ width: 0x1234, height: 0x2345 });
  });

  it('has 24 bits, less one, for each side of an extended one', () => {
    const bytes = webp('VP8X', 0, 0, 0, 0, 0x44, 0x23, 0x01, 0x55, 0x34, 0x02);
    expect(imageHeader(bytes)?.size).toEqual({ width: 0x12345, height: 0x23456 });
  });
});
