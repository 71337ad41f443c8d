import { expect, it } from 'vitest';
import { contentOf, oddFile, outcomes, usual } from '../hdf5/odd-files.test-support.js';
import { readSigns } from './hdf5.js';

const names = Object.keys(outcomes) as (keyof typeof outcomes)[];

it.each(names)('%s: is read, or refused with the reason, as in Node', async (name) => {
  const expected = outcomes[name];
  const signs = readSigns(new Blob([await oddFile(name)]), { name: 'odd.h5' });
  if (expected instanceof RegExp) {
    await expect(signs).rejects.toMatchObject({
      name: 'ResNetError',
      code: 'bad-file',
      message: expect.stringMatching(expected),
    });
  } else expect(await contentOf(await signs)).toEqual({ ...usual, ...expected });
});

it('what is no HDF5 file is refused before the library sees it', async () => {
  await expect(readSigns(new Blob(['label,image\n']), { name: 'a.h5' })).rejects.toThrow(
    'a.h5 cannot be read as SIGNS images: it is not an HDF5 file: it begins with "label,im"',
  );
  await expect(readSigns(new Blob([]))).rejects.toThrow('it is not an HDF5 file: it is empty');
});
