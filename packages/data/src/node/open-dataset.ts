import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { type Fitting, ResNetError } from '@resnetjs/core';
import { cached } from '../cached.js';
import type { Dataset } from '../dataset.js';
import { syntheticSigns } from '../signs/synthetic-signs.js';
import { checkImages } from './check-images.js';
import { type BrokenImage, imageFolder } from './image-folder.js';
import { readSigns } from './signs-file.js';

export interface OpenDatasetOptions extends Partial<Fitting> {
  /** Height and width in pixels. An HDF5 file has a size of its own, and no other is accepted. */
  readonly imageSize?: number | readonly [height: number, width: number];
  /** Of synthetic images: how many, and from which seed. */
  readonly count?: number;
  readonly seed?: number;
  /** Of synthetic images, and of an HDF5 file that holds both. */
  readonly split?: 'train' | 'test';
  readonly cacheBytes?: number;
  /** Of a folder: hears of each image that can't be read, which is then left out. */
  readonly onError?: (broken: BrokenImage) => void;
  /** Of a folder: every image is read on opening, and this hears how far it is (`checkImages`). */
  readonly check?: (done: number, of: number) => void;
}

/** A dataset with a line that says what it is. */
export interface OpenedDataset extends Dataset {
  readonly describe: string;
}

const SYNTHETIC = 'synthetic:signs';
const ACCEPTED = `a dataset is ${SYNTHETIC}, an HDF5 file of the SIGNS kind (.h5, .hdf5) or a folder with a folder of images per class`;

/** Opens what `spec` names: synthetic:signs, an HDF5 file or a folder. Throws unknown-name, and what its reader throws. */
export async function openDataset(spec: string, options: OpenDatasetOptions = {}): Promise<OpenedDataset> {
  if (spec.startsWith('synthetic:')) {
    if (spec === SYNTHETIC) return openSynthetic(options);
    throw new ResNetError('unknown-name', `There is no ${spec}: ${ACCEPTED}.`, { spec });
  }
  const status = await stat(spec).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT' && cause.code !== 'ENOTDIR') {
      throw new ResNetError(
        'file-system',
        `${spec} cannot be opened: ${cause.message}.`,
        { path: spec },
        { cause },
      );
    }
    throw new ResNetError(
      'unknown-name',
      `"${spec}" is neither a file nor a folder: ${ACCEPTED}.`,
      { spec },
      { cause },
    );
  });
  if (status.isDirectory()) {
    const folder = await imageFolder(spec, options);
    const { check } = options;
    return described(check ? await checkImages(folder, check) : folder, `the folder ${spec}`);
  }
  if (['.h5', '.hdf5'].includes(extname(spec).toLowerCase())) return openSigns(spec, options);
  throw new ResNetError('unknown-name', `"${spec}" is a file of another kind: ${ACCEPTED}.`, { spec });
}

function openSynthetic(options: OpenDatasetOptions): OpenedDataset {
  const { imageSize = 64, cacheBytes, split = 'train', ...rest } = options;
  const [height, width] = sides(imageSize);
  if (height !== width) {
    const message = `${SYNTHETIC} draws square images, not ${height}×${width}: give one number.`;
    throw new ResNetError('bad-option', message, { imageSize });
  }
  const dataset = syntheticSigns({ ...rest, split, size: height });
  return described(cached(dataset, cacheBytes), `${SYNTHETIC} (${split})`);
}

async function openSigns(path: string, options: OpenDatasetOptions): Promise<OpenedDataset> {
  const dataset = await readSigns(path, options.split ? { part: options.split } : {});
  const [height, width] = dataset.shape;
  const wanted = options.imageSize === undefined ? [height, width] : sides(options.imageSize);
  if (wanted[0] !== height || wanted[1] !== width) {
    const message = `${path} holds images of ${height}×${width} pixels, not ${wanted.join('×')}: leave the image size out, or make it ${height}.`;
    throw new ResNetError('bad-option', message, {
      path,
      shape: dataset.shape,
      imageSize: options.imageSize,
    });
  }
  return described(dataset, `${path} (${dataset.part})`);
}

function sides(size: number | readonly [height: number, width: number]): readonly [number, number] {
  return typeof size === 'number' ? [size, size] : size;
}

function described(dataset: Dataset, name: string): OpenedDataset {
  const { classes, labels, shape } = dataset;
  const describe = `${name}: ${labels.length} images of ${classes.length} classes, ${shape[0]}×${shape[1]} pixels`;
  return { ...dataset, describe };
}
