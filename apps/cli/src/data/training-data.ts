import { join } from 'node:path';
import { type Network, type Preprocessing, ResNetError } from '@resnetjs/core';
import {
  choosePart,
  type Dataset,
  findTwins,
  type LeftOut,
  splitDataset,
  type TwinReport,
} from '@resnetjs/data';
import { type OpenDatasetOptions, type OpenedDataset, openDataset } from '@resnetjs/data/node';
import type { TrainCommandOptions } from '../options/command-options.js';
import { sidesOf } from '../options/image-size.js';
import { shellArgument } from '../terminal/shell-argument.js';
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
  /** The names of the folders, where --data is a folder that is split. */
  readonly split: FolderSplit | null;
  /** The files of --data and --validation that are no images of a class, by reason. */
  readonly leftOut: readonly LeftOut[];
  /** Images of equal content; null if they can't be recognized. */
  readonly twins: TwinReport | null;
  /** null for a file of images, which is in memory anyway. */
  readonly cache: CacheUse | null;
}

/** How many of the images stay in memory once they are decoded. */
export interface CacheUse {
  readonly images: number;
  readonly kept: number;
  /** What would keep all of them. */
  readonly bytesForAll: number;
}

const defaultCacheBytes = 512e6;

/** Which folders of a split folder are used for what. */
export interface FolderSplit {
  readonly training: string;
  readonly validation: string | null;
  readonly unused: readonly string[];
}

interface OpenTrainingDataOptions {
  /** Of the images: height and width if neither their file nor the options decide. */
  readonly input: Network['input'];
  /** How a folder's images are fitted into that. */
  readonly preprocessing: Preprocessing;
  /** Of synthetic images, and of what is held out for validation. */
  readonly seed: number;
  readonly broken: BrokenImages;
  /** Called as the images of a folder are read. */
  readonly progress: (done: number, of: number) => void;
}

/**
 * Opens the datasets of a training. Every image of a folder is read once, so that a broken one is found now and not in an
 * hour, and skipped, with --on-error skip, before anything is split or shuffled.
 */
export async function openTrainingData(
  { validationSplit, ...asked }: TrainCommandOptions,
  { input: [height, width, channels], preprocessing, seed, broken, progress }: OpenTrainingDataOptions,
): Promise<TrainingData> {
  const options = { ...asked, ...(validationSplit ? { validationSplit } : {}) }; // 0 is none
  const { data, images } = options;
  const { interpolation, fit, cropShare = 1 } = preprocessing;
  const source = sourceOf(data);
  checkSources(options, source);
  await checkSplits(options, source);
  const reading = {
    ...{ interpolation, fit, cropShare, onError: broken.add, onCheckProgress: progress },
    ...(channels === 1 && { channels: 1 as const }),
  };
  const own = source === 'hdf5' ? undefined : ([height, width] as const);
  const imageSize = options.imageSize === undefined ? own : sidesOf(options.imageSize);
  const { cache: cacheBytes = defaultCacheBytes } = options;
  const opening = openDataset(data, {
    ...reading,
    cacheBytes,
    split: 'train',
    seed,
    ...(imageSize === undefined ? {} : { imageSize }),
    ...(images === undefined ? {} : { count: images }),
  });
  const opened = await withHint(opening, 'bad-option', 'Leave --image-size out.');
  const ofValidation = { ...reading, cacheBytes: Math.max(0, cacheBytes - bytesOf(opened)) };
  const [training, validation] = await withValidation(opened, { ...options, seed }, ofValidation);
  return {
    training,
    validation,
    split: splitOf(opened),
    leftOut: [...(opened.leftOut ?? []), ...(validation?.leftOut ?? [])],
    twins: await findTwins(training.dataset, validation?.dataset),
    cache: source === 'hdf5' ? null : cacheUse([training, validation], cacheBytes),
  };
}

const bytesOf = ({ labels, shape: [height, width, channels] }: Dataset) =>
  labels.length * height * width * channels;

function cacheUse(held: readonly (NamedDataset | null)[], cacheBytes: number): CacheUse {
  const datasets = held.flatMap((each) => each?.dataset ?? []);
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  const images = sum(datasets.map(({ labels }) => labels.length));
  const bytesForAll = sum(datasets.map(bytesOf));
  const kept = Math.min(images, Math.floor((cacheBytes / bytesForAll) * images));
  return { images, kept, bytesForAll };
}

type Held = NamedDataset & Pick<TrainingData, 'leftOut'>;

/** The training images, without those that are held out of them, and the validation images. */
async function withValidation(
  opened: OpenedDataset,
  options: TrainCommandOptions & { readonly seed: number },
  reading: OpenDatasetOptions,
): Promise<[training: NamedDataset, validation: Held | null]> {
  const { data, validationSplit, seed } = options;
  const source = sourceOf(data);
  if (validationSplit !== undefined) {
    const parts = splitDataset(opened, { validationSplit, seed });
    const describe = `${opened.description}; ${parts.train.labels.length} for training`;
    const rest = `the other ${parts.validation.labels.length} images`;
    return [
      { dataset: parts.train, describe, source },
      { dataset: parts.validation, describe: rest, source, leftOut: [] },
    ];
  }
  const training = { dataset: opened, describe: opened.description, source };
  const own = source === syntheticSource || splitOf(opened)?.validation ? data : undefined;
  const from = options.validation ?? own;
  if (from === undefined) return [training, null];
  const [height, width] = opened.shape;
  const dataset = await withHint(
    openDataset(from, {
      ...reading,
      imageSize: [height, width],
      split: 'validation',
      ...(options.validation === undefined && { count: syntheticValidation }),
    }),
    'bad-option',
    `The training images are ${height}×${width}; give validation images of that size.`,
  );
  const leftOut = from === data ? [] : (dataset.leftOut ?? []); // of the same folder they are known
  return [training, { dataset, describe: dataset.description, source: sourceOf(from), leftOut }];
}

/** Which folders of a split folder a training takes; null for another dataset. */
export function splitOf({ part, parts = [] }: OpenedDataset): FolderSplit | null {
  if (part?.part !== 'train') return null;
  const held = choosePart(parts, 'validation')?.folder ?? null;
  const unused = parts
    .map(({ folder }) => folder)
    .filter((folder) => folder !== part.folder && folder !== held);
  return { training: part.folder, validation: held, unused };
}

/** Throws `bad-option`, before images are read, if a folder brings validation images, and the options ask for others. */
async function checkSplits(
  { data, validation, validationSplit }: TrainCommandOptions,
  source: Source,
): Promise<void> {
  if (source !== 'folder' || (validation === undefined && validationSplit === undefined)) return;
  const split = splitOf(await openDataset(data));
  if (split === null || split.validation === null) return;
  const option = validation === undefined ? '--validation-split' : '--validation';
  const ofRecipe = validation === undefined ? ' (--validation-split 0 switches off that of a recipe)' : '';
  const training = shellArgument(join(data, split.training));
  throw new ResNetError(
    'bad-option',
    `${data} is split into ${split.training} and ${split.validation}, so that it has validation images of its own. Leave ${option} out, or use ${split.training} alone: --data ${training}${ofRecipe}`,
    { option },
  );
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

export function sourceOf(spec: string): Source {
  if (spec === syntheticSource) return spec;
  return /\.(h5|hdf5)$/i.test(spec) ? 'hdf5' : 'folder';
}
