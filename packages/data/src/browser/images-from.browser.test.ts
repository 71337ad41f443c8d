import { expect, it } from 'vitest';
import { encodePng } from '../pixels/image-files.test-support.js';
import { imagesFrom } from './images-from.js';

// The package is compiled without the DOM's types.
declare const File: new (parts: readonly unknown[], name: string) => Blob & { readonly name: string };

const gray = async (level: number) =>
  encodePng({ width: 2, height: 1, depth: 8, colorType: 0, samples: [level, level] });

it('reads files in their order, in batches, and says which are broken', async () => {
  const files = [];
  for (const level of [10, 20, 30, 40, 50]) files.push(new File([await gray(level)], `${level}.png`));
  files[3] = new File(['no image'], 'broken.png');
  const images = imagesFrom(files);
  expect(images.ids).toEqual(['10.png', '20.png', '30.png', 'broken.png', '50.png']);
  const found: unknown[] = [];
  const options = {
    shape: [1, 1, 3],
    fitting: { interpolation: 'bilinear', fit: 'fill' },
    batchSize: 2,
    from: 1,
  } as const;
  for await (const batch of images.batches(options)) {
    const failed = batch.failures.map(({ position, error }) => [position, error.code]);
    found.push([batch.ids, [...batch.images].filter((_, i) => i % 3 === 0), failed]);
  }
  expect(found).toEqual([
    [['20.png', '30.png'], [20, 30], []],
    [['broken.png', '50.png'], [0, 50], [[0, 'bad-file']]],
  ]);
  expect(() => imagesFrom([])).toThrow(/no files/);
});
