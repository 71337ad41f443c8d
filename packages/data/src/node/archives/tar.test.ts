import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TarFile, tarFiles } from './tar.js';

const isBsd = execFileSync('tar', ['--version'], { encoding: 'utf8' }).includes('bsdtar');
const folder = mkdtempSync(join(tmpdir(), 'resnetjs-tar-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const long = `${'a-long-folder-name/'.repeat(12)}picture.jpg`;
const files: Readonly<Record<string, string>> = {
  'one.jpg': 'first',
  'empty.png': '',
  'sub/two.jpg': 'x'.repeat(512),
  'sub/drei-ü-三.jpg': 'y'.repeat(513),
  [`${'d/'.repeat(60)}deep.jpg`]: 'in ustar, with a prefix',
};

beforeAll(() => {
  for (const [name, content] of Object.entries({ ...files, [long]: 'pax or GNU alone' })) {
    const path = join(folder, 'in', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  symlinkSync('one.jpg', join(folder, 'in', 'link.jpg'));
});

async function listed(path: string): Promise<TarFile[]> {
  const handle = await open(path);
  const found: TarFile[] = [];
  try {
    for await (const file of tarFiles(handle, path)) found.push(file);
  } finally {
    await handle.close();
  }
  return found;
}

function pack(format: string, names: readonly string[]): string {
  const path = join(folder, `${format}.tar`);
  // As macOS and Windows call GNU's format.
  const name = format === 'gnu' && isBsd ? 'gnutar' : format;
  execFileSync('tar', [`--format=${name}`, '-cf', path, '-C', join(folder, 'in'), ...names]);
  return path;
}

describe('tarFiles', () => {
  it.each(['ustar', 'pax', 'gnu'])(
    'finds the regular files that tar wrote in its format %s',
    async (format) => {
      const all = format === 'ustar' ? files : { ...files, [long]: 'pax or GNU alone' };
      const path = pack(format, [...Object.keys(all), 'link.jpg']);
      const bytes = readFileSync(path);
      const found = await listed(path);
      expect(found.map(({ name }) => name).sort()).toEqual(Object.keys(all).sort());
      for (const { name, start, size } of found)
        expect([name, bytes.subarray(start, start + size).toString()]).toEqual([name, all[name]]);
    },
  );

  it('refuses one that is cut off, and a header whose checksum is another', async () => {
    const bytes = readFileSync(pack('pax', ['sub/two.jpg', 'one.jpg']));
    const cut = join(folder, 'cut.tar');
    const header = bytes.indexOf('sub/two.jpg\0');
    writeFileSync(cut, bytes.subarray(0, header + 700));
    await expect(listed(cut)).rejects.toThrow(
      /damaged at byte \d+: a file of 512 bytes reaches past the end/,
    );
    const changed = Uint8Array.from(bytes);
    changed[header] = 'S'.charCodeAt(0);
    writeFileSync(cut, changed);
    await expect(listed(cut)).rejects.toThrow(/damaged at byte \d+: there is no header/);
  });

  it('never reads outside, whatever the bytes are', async () => {
    const bytes = readFileSync(pack('pax', Object.keys(files)));
    const path = join(folder, 'fuzzed.tar');
    const runs = process.env.RESNETJS_THOROUGH ? 5000 : 200;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        fc.nat(bytes.length),
        async (changes, length) => {
          const changed = Uint8Array.from(bytes);
          for (const [at, value] of changes) {
            changed[at] = value;
            // With its checksum, so that the change is read.
            const start = 512 * Math.floor(at / 512);
            const block = changed.subarray(start, start + 512);
            block.fill(32, 148, 156);
            const sum = block.reduce((a, b) => a + b, 0);
            block.set(Buffer.from(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
          }
          writeFileSync(path, length % 2 ? changed : changed.subarray(0, length));
          try {
            for (const { start, size } of await listed(path)) {
              expect(start).toBeGreaterThanOrEqual(512);
              expect(start + size).toBeLessThanOrEqual(bytes.length);
            }
          } catch (error) {
            expect(error).toMatchObject({ name: 'ResNetError', code: 'bad-file' });
          }
        },
      ),
      { numRuns: runs, seed: 20261130 },
    );
  });
});
