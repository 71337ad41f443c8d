import { mkdtemp, open, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileSource } from './file-source.js';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'resnetjs-source-'));
  path = join(folder, 'file');
  await writeFile(path, Uint8Array.of(1, 2, 3, 4, 5));
});
afterEach(() => rm(folder, { recursive: true }));

describe('a file as a byte source', () => {
  it('reads any part of it, and what there is of a part past its end', async () => {
    const source = await fileSource(path);
    expect(source.size).toBe(5);
    expect(await source.read(1, 3)).toEqual(Uint8Array.of(2, 3));
    expect(await source.read(3, 100)).toEqual(Uint8Array.of(4, 5));
    expect(await source.read(50, 2 ** 50)).toEqual(new Uint8Array());
    await truncate(path, 2);
    expect(await source.read(0, 5)).toEqual(Uint8Array.of(1, 2));
    await source.close();
  });

  it('takes no memory for more than the file has, or an array can hold', async () => {
    const handle = await open(path, 'r+');
    await handle.truncate(5 * 2 ** 30);
    await handle.close();
    const source = await fileSource(path);
    const before = process.memoryUsage().arrayBuffers;
    await expect(source.read(0, source.size)).rejects.toThrow(/5368709120 bytes at a time, more than/);
    expect(await source.read(5 * 2 ** 30 - 2, 2 ** 52)).toEqual(new Uint8Array(2));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 24);
    await source.close();
  });

  it('says why it can not be read', async () => {
    await expect(fileSource(join(folder, 'nowhere'))).rejects.toMatchObject({
      code: 'file-system',
      message: expect.stringMatching(/nowhere could not be read: there is no such file or folder/),
    });
  });

  it.skipIf(process.platform === 'win32')('says that a folder is not a file', async () => {
    const source = await fileSource(folder);
    await expect(source.read(0, 8)).rejects.toThrow(
      /could not be read: that is a folder; give a file \(EISDIR\)/,
    );
    await source.close();
  });
});
