import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { contentOf, oddFile, outcomes, usual } from '../hdf5/odd-files.test-support.js';
import { readSigns } from './signs-file.js';

const folder = mkdtempSync(join(tmpdir(), 'resnetjs-hdf5-'));
afterAll(() => rmSync(folder, { recursive: true }));
const names = Object.keys(outcomes) as (keyof typeof outcomes)[];

it.each(names)('%s: is read, or refused with the reason', async (name) => {
  const path = join(folder, 'odd.h5');
  writeFileSync(path, await oddFile(name));
  // What is in another file is refused even where that file is there.
  writeFileSync(join(folder, 'other.h5'), await oddFile('virtual, here'));
  const expected = outcomes[name];
  const signs = readSigns(path);
  if (expected instanceof RegExp) {
    await expect(signs).rejects.toMatchObject({
      name: 'ResNetError',
      code: 'bad-file',
      message: expect.stringMatching(expected),
    });
  } else expect(await contentOf(await signs)).toEqual({ ...usual, ...expected });
});

it('a user block hides no truncation', async () => {
  const path = join(folder, 'cut.h5');
  const whole = await oddFile('user block');
  writeFileSync(path, whole.subarray(0, -1));
  await expect(readSigns(path)).rejects.toThrow(
    `it is truncated: its header says ${whole.length} bytes, but it has ${whole.length - 1}`,
  );
});
