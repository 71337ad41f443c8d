import { stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Fitting } from '@resnetjs/core/images';
import { ResNetError } from '@resnetjs/core/network';
import { cached } from '../cached.js';
import type { Dataset } from '../dataset.js';
import { inGray } from '../in-gray.js';
import type { LeftOut } from '../folder/arrange-images.js';
import { syntheticSigns } from '../signs/synthetic-signs.js';
import { dropBrokenImages } from './drop-broken-images.js';
import { type BrokenImage, type FolderPartSummary, type FolderSplit, imageFolder } from './image-folder.js';
import { openingError } from './open-image.js';
import { readSigns, type SignsSplit } from './signs-file.js';

/** Options of `openDataset`; some concern one kind of dataset only. `interpolation`, `fit` and `cropShare` are a folder's: see `fitImage`. */
export interface OpenDatasetOptions extends Partial<Fitting> {
  /** Height and width in pixels. Default: 64; an HDF5 file has a size of its own, and accepts no other. */
  readonly imageSize?: number | readonly [height: number, width: number];
  /** 3 for RGB, 1 for gray: see `imageFolder`; images of synthetic:signs and HDF5 files become gray as they are. Default: 3. */
  readonly channels?: 1 | 3;
  /** synthetic:signs: number of images. Default: 3,000 for training, 600 for testing. */
  readonly count?: number;
  /** synthetic:signs: seed of the training images. Default: 0. */
  readonly seed?: number;
  /**
   * Of a folder that is split: see `imageFolder`. Of synthetic:signs, and of an HDF5 file that holds both, 'validation' is
   * 'test'. Default: 'train'.
   */
  readonly split?: FolderSplit;
  /** synthetic:signs or a folder: memory for decoded images. Default: 512 MiB for synthetic:signs, 256 MiB for a folder. */
  readonly cacheBytes?: number;
  /** A folder: called for each image that can't be read, which is then left out. Default: reading throws. */
  readonly onError?: (broken: BrokenImage) => void;
  /** A folder: if given, every image is read on opening (see `dropBrokenImages`), and this is called as the reading advances. */
  readonly onCheckProgress?: (done: number, total: number) => void;
}

/** A dataset with a line for people that says what it is. */
export interface OpenedDataset extends Dataset {
  /** For example `synthetic:signs (test): 600 images of 6 classes, 64×64 pixels`. */
  readonly description: string;
  /** The path of each image of a folder. */
  readonly files?: readonly string[];
  /** The part of a folder that was opened, and all that the folder has. */
  readonly part?: FolderPartSummary;
  readonly parts?: readonly FolderPartSummary[];
  /** A folder's files that are no images of a class, by reason. */
  readonly leftOut?: readonly LeftOut[];
}

const SYNTHETIC = 'synthetic:signs';
const ACCEPTED = `a dataset is ${SYNTHETIC}, a SIGNS HDF5 file (.h5, .hdf5, .hdf), or a folder with one subfolder of images per class`;

/**
 * Opens a dataset by name: `synthetic:signs`, or the path of a SIGNS HDF5 file or of an image folder. Throws `unknown-name`
 * for anything else, and what `syntheticSigns`, `readSigns`, `imageFolder` and `dropBrokenImages` throw.
 *
 * @example
 * const images = await openDataset('flowers/', { imageSize: 64 });
 * console.log(images.description);
 */
export async function openDataset(spec: string, options: OpenDatasetOptions = {}): Promise<OpenedDataset> {
  if (spec.startsWith('synthetic:')) {
    if (spec === SYNTHETIC) return openSynthetic(options);
    throw new ResNetError('unknown-name', `There is no ${spec}: ${ACCEPTED}.`, { spec });
  }
  const status = await stat(spec).catch((cause: NodeJS.ErrnoException) => {
    const missing = cause.code === 'ENOENT' || cause.code === 'ENOTDIR';
    if (!missing || spec.includes('\ufffd')) throw openingError(spec, cause);
    throw new ResNetError(
      'unknown-name',
      `"${spec}" is neither a file nor a folder: ${ACCEPTED}.`,
      { spec },
      { cause },
    );
  });
  if (status.isDirectory()) {
    const folder = await imageFolder(spec, options);
    const { onCheckProgress } = options;
    const images = onCheckProgress ? await dropBrokenImages(folder, onCheckProgress) : folder;
    return described(images, `the folder ${join(spec, folder.part.folder)}`);
  }
  if (['.h5', '.hdf5', '.hdf'].includes(extname(spec).toLowerCase())) return openSigns(spec, options);
  throw new ResNetError('unknown-name', `"${spec}" is a file of another kind: ${ACCEPTED}.`, { spec });
}

function openSynthetic(options: OpenDatasetOptions): OpenedDataset {
  const { imageSize = 64, cacheBytes, split = 'train', channels, ...rest } = options;
  const [height, width] = sides(imageSize);
  if (height !== width) {
    const message = `${SYNTHETIC} generates square images, not ${height}×${width}: give one number as the image size.`;
    throw new ResNetError('bad-option', message, { imageSize });
  }
  const side = signsSplit(split);
  const dataset = syntheticSigns({ ...rest, split: side, size: height });
  return described(inChannels(cached(dataset, cacheBytes), channels), `${SYNTHETIC} (${side})`);
}

async function openSigns(path: string, options: OpenDatasetOptions): Promise<OpenedDataset> {
  const dataset = await readSigns(path, options.split ? { split: signsSplit(options.split) } : {});
  const [height, width] = dataset.shape;
  const wanted = options.imageSize === undefined ? [height, width] : sides(options.imageSize);
  if (wanted[0] !== height || wanted[1] !== width) {
    const message = `${path} holds images of ${height}×${width} pixels, not ${wanted.join('×')}, and images of an HDF5 file are not resized.`;
    throw new ResNetError('bad-option', message, {
      path,
      shape: dataset.shape,
      imageSize: options.imageSize,
    });
  }
  return described(inChannels(dataset, options.channels), `${path} (${dataset.split})`);
}

function signsSplit(split: FolderSplit): SignsSplit {
  return split === 'train' ? 'train' : 'test';
}

function sides(size: number | readonly [height: number, width: number]): readonly [number, number] {
  return typeof size === 'number' ? [size, size] : size;
}

function inChannels<D extends Dataset>(dataset: D, channels: 1 | 3 = 3): D {
  return channels === 1 ? inGray(dataset) : dataset;
}

function described<D extends Dataset>(dataset: D, name: string): D & OpenedDataset {
  const { classes, labels, shape } = dataset;
  const description = `${name}: ${labels.length} images of ${classes.length} classes, ${shape[0]}×${shape[1]} pixels${shape[2] === 1 ? ', gray' : ''}`;
  return { ...dataset, description };
}
