import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { syntheticSigns } from './synthetic-signs.js';

const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex').slice(0, 16);
const meanDifference = (a: Uint8Array, b: Uint8Array) =>
  a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] as number)), 0) / a.length;

describe('syntheticSigns', () => {
  it('generates the same images everywhere', async () => {
    const sums = [];
    for (const size of [16, 32, 64, 256]) {
      sums.push(sha(await syntheticSigns({ size, seed: 1 }).read([0, 1, 2, 3, 4, 5])));
      sums.push(sha(await syntheticSigns({ size, split: 'test' }).read([0, 1, 2, 3, 4, 5])));
    }
    expect(sums).toMatchInlineSnapshot(`
      [
        "06de89e0729d67c3",
        "03dff19a71bf3c2c",
        "3e0328b701aace33",
        "5431b4a809b28ddc",
        "2914a82dc79d0590",
        "813d24daf70bdc15",
        "6842b7b5a9d661b1",
        "af5775eddf52c121",
      ]
    `);
  });

  it('generates an image by its index, whatever was read before and however many there are', async () => {
    const bytes = 32 * 32 * 3;
    const few = syntheticSigns({ size: 32, count: 12, seed: 7 });
    const many = syntheticSigns({ size: 32, count: 100_000, seed: 7 });
    const together = await few.read([11, 3, 11]);
    const alone = await many.read([3]);
    expect(together.subarray(bytes, 2 * bytes)).toEqual(alone);
    expect(together.subarray(0, bytes)).toEqual(together.subarray(2 * bytes));
    expect((await many.read([99_999])).length).toBe(bytes);
  });

  it('is balanced', () => {
    const { classes, labels } = syntheticSigns({ count: 600 });
    expect(classes).toEqual(['0', '1', '2', '3', '4', '5']);
    for (let label = 0; label < 6; label++) expect(labels.filter((l) => l === label).length).toBe(100);
  });

  it('tests on images that no seed trains on, always the same ones', async () => {
    const test = syntheticSigns({ size: 16, split: 'test' });
    const everything = Array.from(test.labels.keys());
    const held = await test.read(everything);
    expect(sha(await syntheticSigns({ size: 16, split: 'test', seed: 5 }).read(everything))).toBe(sha(held));
    for (const seed of [0, 1, 2 ** 32, 2 ** 40]) {
      const train = await syntheticSigns({ size: 16, seed }).read(everything);
      const images = new Set<string>();
      for (const bytes of [held, train])
        for (const i of everything) images.add(sha(bytes.subarray(i * 768, (i + 1) * 768)));
      expect(images.size).toBe(1200);
    }
  });

  it('shows the same scene at every size', async () => {
    const [small, large] = [
      await syntheticSigns({ size: 32 }).read([8]),
      await syntheticSigns({ size: 64 }).read([8]),
    ];
    const halved = small.map((_, i) => {
      const [y, x, c] = [Math.floor(i / 96), Math.floor(i / 3) % 32, i % 3];
      const at = (dy: number, dx: number) => large[((2 * y + dy) * 64 + 2 * x + dx) * 3 + c] as number;
      return (at(0, 0) + at(0, 1) + at(1, 0) + at(1, 1)) / 4;
    });
    expect(meanDifference(small, halved)).toBeLessThan(10);
  });

  it('says what is wrong', async () => {
    expect(() => syntheticSigns({ size: 15 })).toThrow(
      'synthetic:signs: size must be a whole number from 16 to 256, not 15.',
    );
    expect(() => syntheticSigns({ size: 257 })).toThrow('not 257');
    expect(() => syntheticSigns({ size: 32.5 })).toThrow('not 32.5');
    expect(() => syntheticSigns({ count: 1 })).toThrow('count must be a whole number from 2');
    expect(() => syntheticSigns({ seed: -1 })).toThrow('seed must be a whole number of at least 0');
    expect(() => syntheticSigns({ split: 'validation' as 'test' })).toThrow(
      'split must be "train" or "test", not "validation".',
    );
    await expect(syntheticSigns({ count: 6 }).read([6])).rejects.toThrow(
      'There is no image 6: images are 0 to 5.',
    );
  });
});
