import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Fitting, defaultFitting } from '@resnetjs/core/images';
import { ResNetError } from '@resnetjs/core/network';
import { cached } from '../cached.js';
import { checkDataset, checkIndices } from '../check-dataset.js';
import { contentHash } from '../content-hash.js';
import type { Dataset, ImageIdentity } from '../dataset.js';
import {
  arrangeImages,
  choosePart,
  type FolderPart,
  type FolderPartName,
  type LeftOut,
} from '../folder/arrange-images.js';
import { decodeInBackground } from './decoder.js';
import { listFiles } from './list-files.js';
import { openImage, openingError } from './open-image.js';

/** A file that can't be read as an image. */
export interface BrokenImage {
  /** Its path. */
  readonly file: string;
  /** A `file-system` or `bad-file` error, whose message names the file. */
  readonly error: ResNetError;
}

/** Options of `imageFolder`. `interpolation` and `fit` default to 'bilinear' and 'fill': see `fitImage`. */
export interface ImageFolderOptions extends Partial<Fitting> {
  /** Height and width that every image is resized to, in pixels, 1 to 4096. Default: 64. */
  readonly imageSize?: number | readonly [height: number, width: number];
  /** 3 for RGB; 1 for gray, into which images are turned before they are resized: see `toChannels`. Default: 3. */
  readonly channels?: 1 | 3;
  /**
   * Which images of a folder that is split into `train` and `test`, `val`, `valid` or `validation`. Where it has no validation
   * images, its test images stand for them, and the other way round; a folder without a split is whole. Default: 'train'.
   */
  readonly split?: FolderSplit;
  /** Memory for decoded images, which are kept while they fit. Default: 256 MiB. */
  readonly cacheBytes?: number;
  /**
   * Called once for each image that can't be read, which is then left out; what it throws, reading throws. Default: reading
   * throws the image's error.
   */
  readonly onError?: (broken: BrokenImage) => void;
}

/** Which images of a folder. */
export type FolderSplit = Exclude<FolderPartName, 'all'>;

/** A part of a split folder: what it is for, and the name of its folder. */
export interface FolderPartSummary {
  readonly part: FolderPartName;
  readonly folder: string;
  readonly images: number;
}

/** A dataset whose images are files. */
export interface ImageFolder extends Dataset {
  /** The path of each image. */
  readonly files: readonly string[];
  /** The part of the folder that these images are; `all` of a folder that isn't split. */
  readonly part: FolderPartSummary;
  /** All parts that the folder has. */
  readonly parts: readonly FolderPartSummary[];
  /** The files that are no images of a class, by reason. */
  readonly leftOut: readonly LeftOut[];
  /** Whether reading an image has failed. */
  isBroken(index: number): boolean;
}

const LAYOUT = 'Expected a folder with one subfolder of JPEG, PNG or WebP images per class';
const CACHE_BYTES = 2 ** 28;

/**
 * A dataset from a folder with one subfolder of JPEG, PNG or WebP images per class, as Keras's `image_dataset_from_directory`
 * and torchvision's `ImageFolder` take it, or from one that has such folders in `train` and `test`, `val`, `valid` or
 * `validation`. Images are decoded when they are read, in a worker thread; those in folders below a class's are of that class.
 * Classes and files are sorted by name, by code points. Links are followed. What is left out is in `leftOut`: hidden files, and
 * those that are no JPEG, PNG or WebP images, by name or content. Throws `file-system`, `bad-data` or `bad-option`; reading
 * throws `bad-file` or `file-system` for a broken image.
 *
 * @example
 * const flowers = await imageFolder('flowers/', { imageSize: 224, fit: 'crop' });
 * console.log(flowers.classes, flowers.labels.length, flowers.leftOut);
 */
export async function imageFolder(path: string, options: ImageFolderOptions = {}): Promise<ImageFolder> {
  const shape = imageShape(options.imageSize ?? 64, options.channels);
  const { split = 'train' } = options;
  await checkFolder(path);
  const { classes, parts, leftOut } = arrangeImages(await listFiles(path), path);
  const part = choosePart(parts, split);
  if (part === undefined) {
    const found = parts.map(({ folder }) => `"${folder}"`).join(' and ');
    throw badFolder(path, `it is split into ${found}, and has no ${split} images. Give one of its folders.`);
  }
  const { labels } = part;
  const names = part.files.map((file) => file.path);
  const files = names.map((name) => join(path, name));
  const {
    interpolation = defaultFitting.interpolation,
    fit = defaultFitting.fit,
    cropShare = 1,
    onError,
    cacheBytes = CACHE_BYTES,
  } = options;
  const broken = new Set<number>();
  const hashes = new Map<number, string>();
  const dataset: ImageFolder = {
    classes,
    shape,
    labels,
    files,
    part: summaryOf(part),
    parts: parts.map(summaryOf),
    leftOut,
    isBroken: (index) => broken.has(index),
    async identify() {
      const identities: ImageIdentity[] = [];
      for (const [index, file] of files.entries()) {
        // A file that can't be read is found where it is decoded.
        const content =
          hashes.get(index) ??
          (await openImage(file).then(
            ({ bytes }) => contentHash(bytes),
            () => 'unreadable',
          ));
        hashes.set(index, content);
        identities.push({ name: names[index] as string, content });
      }
      return identities;
    },
    async read(indices) {
      checkIndices(indices, files.length);
      const chosen = Array.from(indices, (index) => files[index] as string);
      const {
        images,
        failures,
        hashes: read,
      } = await decodeInBackground({
        files: chosen,
        shape,
        fitting: { interpolation, fit, cropShare },
      });
      read.forEach((hash, position) => {
        if (hash !== null) hashes.set(indices[position] as number, hash);
      });
      for (const { position, code, message } of failures) {
        const index = indices[position] as number;
        if (broken.has(index)) continue;
        const file = files[index] as string;
        const error = new ResNetError(code, message, { source: file });
        if (!onError) throw error;
        onError({ file, error });
        broken.add(index);
      }
      return images;
    },
  };
  return cached(split === 'train' ? checkDataset(dataset, path) : dataset, cacheBytes);
}

function summaryOf({ part, folder, files }: FolderPart): FolderPartSummary {
  return { part, folder, images: files.length };
}

function imageShape(
  size: number | readonly [height: number, width: number],
  channels: 1 | 3 = 3,
): Dataset['shape'] {
  const [height, width] = typeof size === 'number' ? [size, size] : size;
  for (const side of [height, width]) {
    if (Number.isInteger(side) && side >= 1 && side <= 4096) continue;
    throw new ResNetError(
      'bad-option',
      `The image size must be a whole number of pixels from 1 to 4096, not ${side}.`,
      { size },
    );
  }
  return [height, width, channels];
}

async function checkFolder(path: string): Promise<void> {
  try {
    if ((await stat(path)).isDirectory()) return;
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw openingError(path, cause, missing ? `there is no such folder. ${LAYOUT}` : undefined);
  }
  throw badFolder(path, `it is not a folder. ${LAYOUT}.`);
}

function badFolder(path: string, message: string, details: Record<string, unknown> = {}): ResNetError {
  return new ResNetError('bad-data', `${path} cannot be used as a dataset: ${message}`, { path, ...details });
}
