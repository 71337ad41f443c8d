import { RandomGenerator, ResNetError } from '@resnetjs/core';
import { augmented, type Dataset, mixBatch } from '@resnetjs/data';
import { openDataset } from '@resnetjs/data/node';
import { formatAugmentations } from '@resnetjs/recipe';
import { writeFileAtomically } from '@resnetjs/weights/node';
import { imageSheet } from '../data/image-sheet.js';
import { printJson } from '../json/print-json.js';
import type { AugmentCommandOptions } from '../options/command-options.js';
import { sidesOf } from '../options/image-size.js';
import { recipeOf } from '../options/recipe-of.js';
import { leftOutLines } from '../terminal/data-notes.js';

const epochsShown = 8;
/** The random streams of mixing: one for each epoch. */
const mixingStream = 8 * 2 ** 32;

/** Writes a sheet of images as they are, and as several epochs of a training have them. */
export async function augment(data: string, options: AugmentCommandOptions): Promise<void> {
  const { out, count, imageSize, seed, epoch: first, json } = options;
  const { augment = [], mixing } = recipeOf(options);
  if (!/\.png$/i.test(out)) {
    throw new ResNetError(
      'bad-option',
      `--out ${out}: a sheet is a PNG file; give a name that ends in .png.`,
      {
        out,
      },
    );
  }
  if (augment.length === 0 && mixing === undefined) {
    throw new ResNetError(
      'bad-option',
      'There is nothing to show. Give --augment, --mixup or --cutmix, for example: --augment flip,crop=0.5,color=0.2',
      { option: '--augment' },
    );
  }
  const dataset = await openDataset(data, {
    split: 'train',
    ...(imageSize && { imageSize: sidesOf(imageSize) }),
  });
  const indices = spread(dataset.labels.length, count);
  const epochs = Array.from({ length: epochsShown }, (_, i) => first + i);
  const columns = [await dataset.read(indices)];
  for (const epoch of epochs) {
    const images = await augmented(dataset, { augment, seed, epoch }).read(indices);
    const random = RandomGenerator.stateless(seed, mixingStream + epoch);
    const labels = labelsOf(dataset, indices);
    columns.push(mixing ? mixBatch({ images, labels, shape: dataset.shape }, mixing, random).images : images);
  }
  await writeFileAtomically(out, await imageSheet(columns, dataset.shape));
  const classes = Array.from(labelsOf(dataset, indices), (label) => dataset.classes[label] as string);
  if (json) {
    const images = Array.from(indices, (index, i) => ({ index, class: classes[i] as string }));
    const text = formatAugmentations(augment);
    printJson('augment', { out, images, epochs, augment: text, mixing: mixing ?? null, seed });
    return;
  }
  const notes = [dataset.description, ...leftOutLines(dataset.leftOut ?? [])];
  const rows = `Wrote ${out}: ${classes.join(', ')}; each as it is, and in the epochs ${first} to ${epochs.at(-1)}.`;
  process.stdout.write(`${[...notes, rows].join('\n')}\n`);
}

/** Up to `count` of the indices of a dataset, in even steps: images of all classes, where they are in order of class. */
const spread = (images: number, count: number): Uint32Array => {
  const rows = Math.min(images, count);
  return Uint32Array.from({ length: rows }, (_, i) => Math.floor((i * images) / rows));
};

const labelsOf = ({ labels }: Dataset, indices: Uint32Array) =>
  Uint16Array.from(indices, (index) => labels[index] as number);
