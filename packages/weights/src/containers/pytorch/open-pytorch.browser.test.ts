import { describe, expect, it } from 'vitest';
import { byteSource } from '../../byte-source.js';
import { readable, refused, unpacked } from './files.test-support.js';
import { openPytorch } from './open-pytorch.js';

describe('openPytorch in a browser', () => {
  it.each(readable.map((each) => [each.name, each] as const))('reads a Blob: %s', async (_name, file) => {
    const opened = await openPytorch(byteSource(new Blob([await unpacked(file.file)])));
    expect([...opened.tensors.keys()]).toEqual(file.tensors.map(({ name }) => name));
    for (const { name, values } of file.tensors)
      expect(await opened.read(name)).toEqual(await unpacked(values));
  });

  it.each(refused.map((each) => [each.name, each] as const))(
    'refuses %s',
    async (_name, { file, reason }) => {
      await expect(openPytorch(byteSource(new Blob([await unpacked(file)])))).rejects.toThrow(reason);
    },
  );
});
