import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync, crc32 } from 'node:zlib';
import type { ImageBatch, ImageSource } from '@resnetjs/core/images';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imagesFrom } from './images-from.js';

const folder = mkdtempSync(join(tmpdir(), 'resnetjs-images-'));
const at = (...names: string[]) => join(folder, ...names);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A gray image of a level, so that its pixels tell which it is. */
const png = (level: number) =>
  sharp({ create: { width: 4, height: 3, channels: 3, background: { r: level, g: level, b: level } } })
    .png()
    .toBuffer();

beforeAll(async () => {
  mkdirSync(at('photos', 'sub'), { recursive: true });
  writeFileSync(at('photos', 'b.png'), await png(20));
  writeFileSync(at('photos', 'a.png'), await png(10));
  writeFileSync(at('photos', 'sub', 'c.png'), await png(30));
  writeFileSync(at('photos', 'broken.png'), (await png(40)).subarray(0, 30));
  writeFileSync(at('photos', 'notes.txt'), 'words');
  writeFileSync(at('photos', '.hidden.png'), await png(50));
  execFileSync('tar', ['-cf', at('photos.tar'), '-C', folder, 'photos']);
});

const options = { shape: [2, 2, 3], fitting: { interpolation: 'bilinear', fit: 'fill' } } as const;

/** The level of each image, or what its error's message says. */
async function read(source: ImageSource, more: { batchSize?: number; from?: number; to?: number } = {}) {
  const found: [string, number | string][] = [];
  const sizes: number[] = [];
  for await (const { ids, images, failures } of source.batches({
    ...options,
    batchSize: 2,
    ...more,
  }) as AsyncIterable<ImageBatch>) {
    sizes.push(ids.length);
    ids.forEach((id, index) => {
      const failure = failures.find(({ position }) => position === index);
      found.push([id, failure?.error.message ?? (images[index * 12] as number)]);
    });
  }
  return { found, sizes };
}

/** A zip archive of stored and deflated files. */
function zip(
  files: readonly { name: string; content: Uint8Array; deflate?: boolean; crc?: number; method?: number }[],
): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let start = 0;
  for (const { name, content, deflate = false, crc = crc32(content), method = deflate ? 8 : 0 } of files) {
    const stored = deflate ? deflateRawSync(content) : Buffer.from(content);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(0x800, 2);
    fields.writeUInt16LE(method, 4);
    fields.writeUInt32LE(crc, 10);
    fields.writeUInt32LE(stored.length, 14);
    fields.writeUInt32LE(content.length, 18);
    fields.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, Buffer.from(name), stored]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(start, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\0'), fields, tail, Buffer.from(name)]));
    locals.push(local);
    start += local.length;
  }
  const end = Buffer.alloc(18);
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(size, 8);
  end.writeUInt32LE(start, 12);
  return Buffer.concat([...locals, ...directory, Buffer.from('PK\x05\x06'), end]);
}

describe('imagesFrom', () => {
  it('reads a folder and what is below it, sorted, and says what it leaves out and what is broken', async () => {
    const images = await imagesFrom([at('photos')]);
    const { found, sizes } = await read(images);
    expect(found).toEqual([
      [at('photos', 'a.png'), 10],
      [at('photos', 'b.png'), 20],
      [at('photos', 'broken.png'), expect.stringMatching(/broken\.png is a broken or truncated image/)],
      [at('photos', 'sub', 'c.png'), 30],
    ]);
    expect(sizes).toEqual([2, 2]);
    expect(images.leftOut).toEqual([
      { kind: 'hidden', files: 1, example: at('photos', '.hidden.png') },
      { kind: '.txt', files: 1, example: at('photos', 'notes.txt') },
    ]);
    expect((await read(images, { batchSize: 3, from: 1, to: 4 })).found.map(([id]) => id)).toEqual(
      images.ids.slice(1),
    );
  });

  it('keeps the order of the sources, names each image once, and sorts all if asked', async () => {
    const sources = [at('photos', 'sub'), at('photos', '*.png'), at('photos', 'a.png')];
    const images = await imagesFrom(sources);
    expect(images.ids).toEqual([
      at('photos', 'sub', 'c.png'),
      ...['a', 'b', 'broken'].map((name) => at('photos', `${name}.png`)),
    ]);
    expect(images.leftOut).toContainEqual({
      kind: 'image that is named twice',
      files: 1,
      example: at('photos', 'a.png'),
    });
    const { ids } = await imagesFrom(sources, { sorted: true });
    expect(ids).toEqual([...images.ids].sort());
  });

  it("reads a tar archive by WebDataset's keys", async () => {
    const tar = at('photos.tar');
    expect((await read(await imagesFrom([tar]))).found).toEqual([
      [`${tar}/photos/a`, 10],
      [`${tar}/photos/b`, 20],
      [`${tar}/photos/broken`, expect.stringMatching(/photos\.tar\/photos\/broken\.png is a broken/)],
      [`${tar}/photos/sub/c`, 30],
    ]);
  });

  it('names images of a tar archive in full where a key has several', async () => {
    mkdirSync(at('shard'), { recursive: true });
    for (const name of ['1.jpg.png', '1.seg.png', '2.x.png']) writeFileSync(at('shard', name), await png(9));
    writeFileSync(at('shard', '2.cls'), '3');
    execFileSync('tar', [
      '-cf',
      at('shard.tar'),
      '-C',
      at('shard'),
      '1.jpg.png',
      '1.seg.png',
      '2.cls',
      '2.x.png',
    ]);
    const images = await imagesFrom([at('shard.tar')]);
    expect(images.ids).toEqual(['1.jpg.png', '1.seg.png', '2'].map((name) => `${at('shard.tar')}/${name}`));
    expect(images.leftOut).toEqual([
      { kind: '.cls in an archive', files: 1, example: `${at('shard.tar')}/2.cls` },
    ]);
  });

  it('reads stored and deflated files of a zip archive, and says which are damaged', async () => {
    const path = at('mixed.zip');
    const files = [
      { name: 'in/deflated.png', content: await png(1), deflate: true },
      { name: 'in/stored.png', content: await png(2) },
      { name: 'in/wrong.png', content: await png(3), crc: 1 },
      { name: 'in/odd.png', content: await png(4), method: 12 },
      { name: '__MACOSX/in/._stored.png', content: await png(5) },
    ];
    writeFileSync(path, zip(files));
    const images = await imagesFrom([path]);
    expect((await read(images)).found).toEqual([
      [`${path}/in/deflated.png`, 1],
      [`${path}/in/stored.png`, 2],
      [`${path}/in/wrong.png`, expect.stringMatching(/in\/wrong\.png is damaged: its checksum differs/)],
    ]);
    expect(images.leftOut.map(({ kind }) => kind).sort()).toEqual([
      "file compressed by zip's method 12",
      'hidden in an archive',
    ]);
  });

  it.each([
    ['missing.png', 'file-system', /there is no such file/],
    ['photos/*.gif', 'file-system', /none that the pattern matches/],
    ['empty.zip', 'bad-file', /There is no JPEG, PNG or WebP image in/],
    ['cut.zip', 'bad-file', /can't be read/],
    ['packed.tar.gz', 'bad-file', /is compressed/],
  ])('refuses %s', async (name, code, message) => {
    writeFileSync(at('empty.zip'), zip([]));
    writeFileSync(at('cut.zip'), zip([{ name: 'a.png', content: await png(1) }]).subarray(0, 60));
    writeFileSync(at('packed.tar.gz'), Buffer.from([0x1f, 0x8b, 8, 0, 0]));
    await expect(imagesFrom([at(...name.split('/'))])).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });
});
