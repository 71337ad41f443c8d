import { ResNetError } from '@resnetjs/core';
import { type Dataset, splitDataset } from '@resnetjs/data';
import { openDataset } from '@resnetjs/data/node';
import type { TrainCommandOptions } from '../options/command-options.js';
import type { BrokenImages } from './broken-images.js';
import { withHint } from './with-hint.js';

export const syntheticSource = 'synthetic:signs';
/** How many test images validate a training on synthetic images without --validation. */
const syntheticValidation = 300;

type Source = typeof syntheticSource | 'hdf5' | 'folder';

export interface NamedDataset {
  readonly dataset: Dataset;
  /** A line that describes it. */
  readonly describe: string;
  /** Its name in the model file. */
  readonly source: Source;
}

export interface TrainingData {
  readonly training: NamedDataset;
  readonly validation: NamedDataset | null;
}

interface OpenTrainingDataOptions {
  /** Height and width of the images, if neither their file nor the options decide. */
  readonly defaultSize: number;
  readonly broken: BrokenImages;
  /** Called as the images of a folder are read. */
  readonly progress: (done: number, of: number) => void;
}

/**
 * Opens the datasets of a training. Every image of a folder is read once, so that a broken one is found now and not in an
 * hour, and skipped, with --on-error skip, before anything is split or shuffled.
 */
export async function openTrainingData(
  options: TrainCommandOptions,
  { defaultSize, broken, progress }: OpenTrainingDataOptions,
): Promise<TrainingData> {
  const { data, validation, validationSplit, images, seed, interpolation, fit } = options;
  const source = sourceOf(data);
  checkSources(options, source);
  const reading = { interpolation, fit, onError: broken.add, onCheckProgress: progress };
  const imageSize = options.imageSize ?? (source === 'hdf5' ? undefined : defaultSize);
  const opening = openDataset(data, {
    ...reading,
    split: 'train',
    seed,
    ...(imageSize === undefined ? {} : { imageSize }),
    ...(images === undefined ? {} : { count: images }),
  });
  const opened = await withHint(opening, 'bad-option', 'Leave --image-size out.');
  const { description: describe } = opened;
  if (validationSplit !== undefined) {
    const parts = splitDataset(opened, { validationSplit, seed });
    const train = `${describe}; ${parts.train.labels.length} for training`;
    const rest = `the other ${parts.validation.labels.length} images`;
    return {
      training: { dataset: parts.train, describe: train, source },
      validation: { dataset: parts.validation, describe: rest, source },
    };
  }
  const training = { dataset: opened, describe, source };
  const held = validation ?? (source === syntheticSource ? syntheticSource : undefined);
  if (held === undefined) return { training, validation: null };
  const [height, width] = opened.shape;
  const count = validation === undefined ? { count: syntheticValidation } : {};
  const same = { ...reading, imageSize: [height, width], split: 'test' } as const;
  const dataset = await withHint(
    openDataset(held, { ...same, ...count }),
    'bad-option',
    `The training images are ${height}×${width}; give validation images of that size.`,
  );
  return { training, validation: { dataset, describe: dataset.description, source: sourceOf(held) } };
}

function checkSources(
  { data, validation, validationSplit, images }: TrainCommandOptions,
  source: Source,
): void {
  if (validation !== undefined && validationSplit !== undefined) {
    throw new ResNetError('bad-option', 'Give --validation or --validation-split, not both.');
  }
  if (images !== undefined && source !== syntheticSource) {
    throw new ResNetError(
      'bad-option',
      `--images is for ${syntheticSource}; the number of images of ${data} is fixed.`,
    );
  }
}

function sourceOf(spec: string): Source {
  if (spec === syntheticSource) return spec;
  return /\.(h5|hdf5)$/i.test(spec) ? 'hdf5' : 'folder';
}
