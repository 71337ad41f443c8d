import { existsSync, readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type ByteSource, byteSource } from '../../byte-source.js';
import { fileNamed, readable, refused, unpacked } from './files.test-support.js';
import { openPytorch } from './open-pytorch.js';

const pretrained = new URL('../../../../../../shared/data/pretrained/', import.meta.url).pathname;

/** A source that notes what is read of it. */
function watched(bytes: Uint8Array): ByteSource & { readonly parts: (readonly [number, number])[] } {
  const source = byteSource(bytes);
  const parts: (readonly [number, number])[] = [];
  return {
    size: source.size,
    parts,
    read(start, end) {
      parts.push([start, end]);
      return source.read(start, end);
    },
  };
}

describe('openPytorch', () => {
  it.each(readable.map((each) => [each.name, each] as const))(
    'reads what PyTorch reads: %s',
    async (name, { file, tensors, path = [], metadata = {}, others = [] }) => {
      const opened = await openPytorch(byteSource(await unpacked(file)));
      expect(opened.format).toBe(name.includes('legacy') ? 'legacy' : 'zip');
      expect(opened.path).toEqual(path);
      expect(Object.fromEntries(opened.metadata)).toEqual(metadata);
      expect(opened.others).toEqual(others);
      expect([...opened.tensors]).toEqual(tensors.map(({ name, dtype, shape }) => [name, { dtype, shape }]));
      for (const tensor of tensors) {
        const values = await opened.read(tensor.name);
        expect(Buffer.compare(values, await unpacked(tensor.values)), tensor.name).toBe(0);
      }
    },
  );

  it.each(refused.map(({ name, file, reason }) => [name, file, reason] as const))(
    'refuses %s',
    async (_name, file, reason) => {
      const opening = openPytorch(byteSource(await unpacked(file)));
      await expect(opening).rejects.toMatchObject({ code: 'bad-file' });
      await expect(opening).rejects.toThrow(reason);
    },
  );

  it.each(['views', 'views, legacy'])('reads of a storage what a view needs: %s', async (name) => {
    const source = watched(await fileNamed(name));
    const file = await openPytorch(source);
    const read = async (tensor: string) => {
      source.parts.length = 0;
      await file.read(tensor);
      const [start, end] = source.parts.at(-1) as [number, number];
      return end - start;
    };
    expect(await read('shared.a')).toBe(40);
    expect(await read('shared.b')).toBe(24);
    expect(await read('shared.c')).toBe(4 * 26); // from its first value to its last
    expect(await read('transposed')).toBe(4 * 24);
  });

  it('gives arrays of their own', async () => {
    const file = await openPytorch(byteSource(await fileNamed('views, legacy')));
    (await file.read('shared.a')).fill(0);
    expect((await file.read('shared.a')).some((byte) => byte !== 0)).toBe(true);
  });

  it('knows no other tensors', async () => {
    const file = await openPytorch(byteSource(await fileNamed('views')));
    await expect(file.read('__proto__')).rejects.toMatchObject({ code: 'unknown-name' });
  });

  it('says that the file ended while it was read', async () => {
    const bytes = await fileNamed('views');
    let size = bytes.length;
    const file = await openPytorch({
      size,
      read: async (start, end) => bytes.slice(Math.min(start, size), Math.min(end, size)),
    });
    size = 1000;
    await expect(file.read('shared.c')).rejects.toThrow('ended while it was read');
  });

  it('finds a changed value of a whole storage by its checksum', async () => {
    const bytes = await fileNamed('two models');
    const file = await openPytorch(byteSource(bytes));
    const values = Buffer.from(await file.read('w'));
    const at = Buffer.from(bytes).indexOf(values);
    bytes[at] = (bytes[at] as number) ^ 1;
    await expect(file.read('w')).rejects.toThrow('its checksum differs');
  });

  it.each([
    ['nothing', new Uint8Array(), "isn't one of torch.save's"],
    ['something else', new TextEncoder().encode('\x89HDF\r\n'), "isn't one of torch.save's"],
    ['a tar archive', tarHead(), 'a tar archive of PyTorch before 0.1.10'],
  ])('refuses %s', async (_name, bytes, reason) => {
    await expect(openPytorch(byteSource(bytes))).rejects.toThrow(reason);
  });

  const reason = existsSync(pretrained) ? '' : ': ../shared/data/pretrained is absent';
  it.skipIf(reason !== '').each([
    // SHA-256 of PyTorch's values one after another.
    ['resnet20-12fca82f.th', 97, '55fa4ffa8345bfb167b8f5f3a05cba788b5ee87bbed6c716a6342c1616ee109f'],
    ['resnet32-d509ac18.th', 157, '9c2d165853c00db5fc25b21ffb705da3abb0b253b55fe67901b8177a6acbc48c'],
  ])(`reads a network that others trained: %s${reason}`, async (name, tensors, digest) => {
    const file = await openPytorch(byteSource(new Uint8Array(readFileSync(`${pretrained}${name}`))));
    expect(file).toMatchObject({ format: 'legacy', path: ['state_dict'], others: [] });
    expect(Number(file.metadata.get('best_prec1'))).toBeGreaterThan(91);
    expect(file.tensors.size).toBe(tensors);
    expect(file.tensors.get('module.conv1.weight')).toEqual({ dtype: 'F32', shape: [16, 3, 3, 3] });
    const hash = createHash('sha256');
    for (const tensor of file.tensors.keys()) hash.update(await file.read(tensor));
    expect(hash.digest('hex')).toBe(digest);
  });
});

function tarHead(): Uint8Array {
  const head = new Uint8Array(512);
  head.set(new TextEncoder().encode('ustar'), 257);
  return head;
}
