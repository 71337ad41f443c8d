// Gray PNGs with transparency, written byte by byte, as encoders of drawings write them.
import { crc32, deflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { decodeImage } from './decode-image.js';

function chunk(type: string, data: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const body = Buffer.concat([Buffer.from(type), data]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}

/** A PNG of one row, whose samples are packed already. */
function png(width: number, depth: number, colorType: 0 | 4, row: Uint8Array, transparent?: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(1, 4);
  header.set([depth, colorType, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    ...(transparent === undefined ? [] : [chunk('tRNS', Uint8Array.of(transparent >> 8, transparent & 255))]),
    chunk('IDAT', deflateSync(Buffer.concat([Uint8Array.of(0), row]))),
    chunk('IEND', new Uint8Array()),
  ]);
}

const levelsOf = async (bytes: Buffer) => {
  const { data } = await decodeImage(bytes);
  const levels = [...data].filter((_, i) => i % 3 === 0);
  expect([...data]).toEqual(levels.flatMap((level) => [level, level, level]));
  return levels;
};

it('with alpha, 8 bits: black ink on a clear ground stays black on white', async () => {
  const row = Uint8Array.of(0, 255, 0, 0, 100, 255, 100, 128, 255, 7);
  expect(await levelsOf(png(5, 8, 4, row))).toEqual([0, 255, 100, 177, 255]);
});

it('with alpha, 16 bits', async () => {
  const samples = [0, 65_535, 0, 0, 100 * 257, 65_535, 100 * 257, 128 * 257];
  const row = Uint8Array.from(samples.flatMap((sample) => [sample >> 8, sample & 255]));
  expect(await levelsOf(png(4, 16, 4, row))).toEqual([0, 255, 100, 177]);
});

it.each([
  [1, [0b0110_0000], 0, [255, 255, 255, 255]],
  [1, [0b0110_0000], 1, [0, 255, 255, 0]],
  [2, [0b0001_1011], 0, [255, 85, 170, 255]],
  [2, [0b0001_1011], 2, [0, 85, 255, 255]],
  [4, [0x05, 0xaf], 5, [0, 255, 170, 255]],
  [8, [0, 5, 200, 255], 0, [255, 5, 200, 255]],
  [8, [0, 5, 200, 255], 200, [0, 5, 255, 255]],
])('with a transparent level, %d bits: %j, clear at %d', async (depth, row, transparent, levels) => {
  expect(await levelsOf(png(4, depth, 0, Uint8Array.from(row), transparent))).toEqual(levels);
});

it('with a transparent level, 16 bits', async () => {
  const row = Uint8Array.from([0, 257, 51_400, 65_535].flatMap((sample) => [sample >> 8, sample & 255]));
  expect(await levelsOf(png(4, 16, 0, row, 51_400))).toEqual([0, 1, 255, 255]);
});
