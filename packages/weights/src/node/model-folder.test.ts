import { mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ByteSource } from '../byte-source.js';
import { decodeClassifier, describeModel } from '../model-file/decode-classifier.js';
import { findWeightsFile, readModel, writeModelFile } from './model-folder.js';
import { prepareFolder } from './prepare-folder.js';
import { writeFileAtomically, writeFilesAtomically } from './write-file.js';

let folder: string;
const allOf = ({ size, read }: ByteSource) => read(0, size);
const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => index % 251);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'resnetjs-weights-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('a model in a folder', () => {
  it('is read by its folder or its file', async () => {
    const path = await writeModelFile(join(folder, 'deep', 'run'), bytes);
    expect(path).toBe(join(folder, 'deep', 'run', 'model.safetensors'));
    expect(Buffer.compare(await readModel(path, allOf), bytes)).toBe(0);
    expect(Buffer.compare(await readModel(join(folder, 'deep', 'run'), allOf), bytes)).toBe(0);
    expect(await readdir(join(folder, 'deep', 'run'))).toEqual(['model.safetensors']);
  });

  it('replaces the previous one completely, or not at all', async () => {
    await writeModelFile(folder, bytes);
    await writeModelFile(folder, Uint8Array.of(1));
    expect(await readFile(join(folder, 'model.safetensors'))).toEqual(Buffer.of(1));
    const broken = null as unknown as Uint8Array;
    await expect(writeModelFile(folder, broken)).rejects.toThrow();
    expect(await readdir(folder)).toEqual(['model.safetensors']);
    expect(await readFile(join(folder, 'model.safetensors'))).toEqual(Buffer.of(1));
  });

  it('leaves nothing behind if it cannot get its name', async () => {
    await mkdir(join(folder, 'model.safetensors'));
    await writeFile(join(folder, 'model.safetensors', 'in-the-way'), '');
    await expect(writeModelFile(folder, bytes)).rejects.toMatchObject({ code: 'file-system' });
    expect(await readdir(folder)).toEqual(['model.safetensors']);
  });

  it('that is missing gives a message that says where to look', async () => {
    await expect(readModel(join(folder, 'nowhere'), allOf)).rejects.toThrow(
      /no such file or folder; check the path \(ENOENT\)/,
    );
    await expect(readModel(folder, allOf)).rejects.toThrow(/holds no model\.safetensors/);
  });

  it.skipIf(process.platform === 'win32')('is rejected if it is a device', async () => {
    await expect(readModel('/dev/null', allOf)).rejects.toThrow(/neither a file nor a folder/);
  });
});

describe('a model of several files', () => {
  async function* parts(text: string) {
    yield Buffer.from(text);
  }
  async function* broken() {
    yield Buffer.from('half');
    throw new Error('no more');
  }
  const model = (text: string, shards: number) => ({
    parts: parts(text),
    beside: Array.from({ length: shards }, (_, index) => ({
      name: `shard${index + 1}of${shards}.bin`,
      parts: parts(`${text} ${index}`),
    })),
  });
  const contents = async () =>
    Object.fromEntries(
      await Promise.all(
        (await readdir(folder)).map(async (name) => [name, await readFile(join(folder, name), 'utf8')]),
      ),
    );

  it('replaces the previous one, with all its files, and no others', async () => {
    const file = join(folder, 'model.json');
    expect(await writeFilesAtomically(file, model('a', 3))).toEqual(
      ['model.json', 'shard1of3.bin', 'shard2of3.bin', 'shard3of3.bin'].map((name) => join(folder, name)),
    );
    await writeFile(join(folder, 'other1of3.bin'), 'mine');
    await writeFilesAtomically(file, model('b', 2));
    const others = { 'other1of3.bin': 'mine' };
    const second = { 'model.json': 'b', 'shard1of2.bin': 'b 0', 'shard2of2.bin': 'b 1', ...others };
    expect(await contents()).toEqual(second);
    const failing = model('c', 2);
    failing.beside[1] = { name: 'shard2of2.bin', parts: broken() };
    await expect(writeFilesAtomically(file, failing)).rejects.toMatchObject({ code: 'file-system' });
    expect(await contents()).toEqual(second);
    await rm(file);
    await writeFilesAtomically(file, model('d', 1));
    expect(await contents()).toEqual({ ...second, 'model.json': 'd', 'shard1of1.bin': 'd 0' });
  });

  it('is gone rather than beside files of another, if one cannot get its name', async () => {
    const file = join(folder, 'model.json');
    await writeFilesAtomically(file, model('a', 2));
    await rm(join(folder, 'shard2of2.bin'));
    await mkdir(join(folder, 'shard2of2.bin', 'in-the-way'), { recursive: true });
    await expect(writeFilesAtomically(file, model('b', 2))).rejects.toMatchObject({ code: 'file-system' });
    expect((await readdir(folder)).sort()).toEqual(['shard1of2.bin', 'shard2of2.bin']);
  });

  it('is found by its folder, and its files are read from there alone', async () => {
    const file = join(folder, 'model.json');
    await writeFilesAtomically(file, model('a', 1));
    await mkdir(join(folder, 'inner'));
    expect(await findWeightsFile(folder)).toBe(file);
    const beside = (name: string) =>
      readModel(folder, async (source) => {
        const other = await (source.beside as NonNullable<typeof source.beside>)(name);
        return Buffer.from(await other.read(0, other.size)).toString();
      });
    expect(await beside('shard1of1.bin')).toBe('a 0');
    await expect(beside('none')).rejects.toMatchObject({ code: 'file-system' });
    await expect(beside('inner')).rejects.toThrow('is no file');
    for (const name of ['../model.json', 'inner/x', join(folder, 'model.json')]) {
      await expect(beside(name)).rejects.toMatchObject({ code: 'bad-file' });
    }
  });
});

describe('a large file of another kind', () => {
  it('is rejected before it is read', async () => {
    const path = join(folder, 'film.mp4');
    const handle = await open(path, 'w');
    await handle.write(Uint8Array.of(0, 0, 0, 32, 1, 2, 3, 4), 0, 8, 0);
    await handle.truncate(3 * 2 ** 30);
    await handle.close();
    const before = process.memoryUsage().arrayBuffers;
    await expect(readModel(path, decodeClassifier)).rejects.toThrow(/not a safetensors file/);
    await expect(readModel(path, describeModel)).rejects.toThrow(`${path}: The file says`);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 24);
  });
});

describe('prepareFolder', () => {
  it('makes folders, and removes those that stayed empty', async () => {
    const undo = await prepareFolder(join(folder, 'a', 'b'));
    expect(await readdir(join(folder, 'a', 'b'))).toEqual([]);
    await writeFileAtomically(join(folder, 'a', 'kept'), bytes);
    undo();
    expect(await readdir(join(folder, 'a'))).toEqual(['kept']);
  });

  it('keeps folders that were there', async () => {
    await mkdir(join(folder, 'a'));
    (await prepareFolder(join(folder, 'a')))();
    expect(await readdir(folder)).toEqual(['a']);
  });

  it('works while others make the same folders', async () => {
    for (let round = 0; round < 20; round++) {
      const path = join(folder, String(round), 'run');
      const undo = await Promise.all(Array.from({ length: 4 }, () => prepareFolder(path)));
      expect(await readdir(path)).toEqual([]);
      for (const each of undo) each();
    }
  });

  it('says what prevents it', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(prepareFolder(join(folder, 'file', 'run'))).rejects.toThrow(/is a file, not a folder/);
    await expect(prepareFolder(join(folder, 'file'))).rejects.toThrow(/is a file, not a folder/);
    await expect(prepareFolder('/proc/x')).rejects.toMatchObject({ code: 'file-system' });
    expect(await readdir(folder)).toEqual(['file']);
  });
});
