import { mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ByteSource } from '../byte-source.js';
import { decodeClassifier, describeModel } from '../model-file/decode-classifier.js';
import { readModel, writeModelFile } from './model-folder.js';
import { prepareFolder } from './prepare-folder.js';
import { writeFileAtomically } from './write-file.js';

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
