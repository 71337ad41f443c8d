import { ResNetError } from '@resnetjs/core/network';
import { listed } from '../align-classes.js';
import { subset } from '../subset.js';
import type { ImageFolder } from './image-folder.js';

const BATCH = 32;

/**
 * Reads every image of a folder once, so that a broken one is found now and not an hour into training. The result is without
 * the broken ones, so that it is split and shuffled as if they had never been there. Throws what reading throws (see
 * `onError`), and `bad-data` if a class has no image left. `progress` is called as the reading advances.
 *
 * @example
 * const folder = await imageFolder('flowers/', { onError: ({ error }) => console.warn(error.message) });
 * const flowers = await dropBrokenImages(folder);
 */
export async function dropBrokenImages(
  folder: ImageFolder,
  progress: (done: number, total: number) => void = () => {},
): Promise<ImageFolder> {
  const total = folder.files.length;
  const kept: number[] = [];
  progress(0, total);
  for (let start = 0; start < total; start += BATCH) {
    const indices = Array.from({ length: Math.min(BATCH, total - start) }, (_, i) => start + i);
    await folder.read(indices);
    kept.push(...indices.filter((index) => !folder.isBroken(index)));
    progress(start + indices.length, total);
  }
  if (kept.length === total) return folder;
  const rest = subset(folder, kept);
  const [before, after] = [new Set(folder.labels), new Set(rest.labels)];
  const empty = folder.classes.filter((_, label) => before.has(label) && !after.has(label));
  if (empty.length > 0) {
    throw new ResNetError(
      'bad-data',
      `None of the images of ${listed(empty.map((name) => `"${name}"`))} can be read. Replace them, or remove the class.`,
      { classes: empty },
    );
  }
  return {
    ...folder,
    ...rest,
    files: kept.map((index) => folder.files[index] as string),
    isBroken: (position) => folder.isBroken(kept[position] as number),
  };
}
