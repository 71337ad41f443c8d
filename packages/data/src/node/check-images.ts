import { ResNetError } from '@resnetjs/core';
import { checkDataset } from '../check-dataset.js';
import { subset } from '../subset.js';
import type { ImageFolder } from './image-folder.js';

const BATCH = 32;

/**
 * Reads every image once, so that a broken one is found now and not in an hour; those that are lost are left out of what
 * it returns, so that splits and orders are as if they had never been there. Throws what reading throws, and bad-data where
 * a class has no image left.
 */
export async function checkImages(
  folder: ImageFolder,
  progress: (done: number, of: number) => void = () => {},
): Promise<ImageFolder> {
  const of = folder.files.length;
  const kept: number[] = [];
  progress(0, of);
  for (let start = 0; start < of; start += BATCH) {
    const indices = Array.from({ length: Math.min(BATCH, of - start) }, (_, i) => start + i);
    await folder.read(indices);
    kept.push(...indices.filter((index) => !folder.isLost(index)));
    progress(start + indices.length, of);
  }
  if (kept.length === of) return folder;
  const rest = subset(folder, kept);
  const present = new Set(rest.labels);
  const empty = folder.classes.filter((_, label) => !present.has(label));
  if (empty.length > 0) {
    throw new ResNetError(
      'bad-data',
      `None of the images of ${empty.map((name) => `"${name}"`).join(', ')} can be read. Replace them, or remove the class.`,
      { classes: empty },
    );
  }
  return checkDataset({
    ...rest,
    files: kept.map((index) => folder.files[index] as string),
    isLost: (position) => folder.isLost(kept[position] as number),
  });
}
