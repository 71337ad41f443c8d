import { readdir, realpath, stat } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { type Fitting, defaultFitting } from '@resnetjs/core/images';
import { ResNetError } from '@resnetjs/core/network';
import { cached } from '../cached.js';
import { checkDataset, checkIndices } from '../check-dataset.js';
import type { Dataset } from '../dataset.js';
import { decodeInBackground } from './decoder.js';

/** A file that can't be read as an image. */
export interface BrokenImage {
  /** Its path. */
  readonly file: string;
  /** A `file-system` or `bad-file` error, whose message names the file. */
  readonly error: ResNetError;
}

/** Options of `imageFolder`. `resize` and `fit` default to 'bilinear' and 'fill': see `fitImage`. */
export interface ImageFolderOptions extends Partial<Fitting> {
  /** Height and width that every image is resized to, in pixels, 1 to 4096. Default: 64. */
  readonly imageSize?: number | readonly [height: number, width: number];
  /** Memory for decoded images, which are kept while they fit. Default: 256 MiB. */
  readonly cacheBytes?: number;
  /**
   * Called once for each image that can't be read, which is then left out; what it throws, reading throws. Default: reading
   * throws the image's error.
   */
  readonly onError?: (broken: BrokenImage) => void;
}

/** A dataset whose images are files. */
export interface ImageFolder extends Dataset {
  /** The path of each image. */
  readonly files: readonly string[];
  /** Whether reading an image has failed. */
  isBroken(index: number): boolean;
}

const EXTENSIONS = new Set(['.jpg', '.jpeg', '.png', '.webp']);
const LAYOUT = 'Expected a folder with one subfolder of JPEG, PNG or WebP images per class';
const CACHE_BYTES = 2 ** 28;

/**
 * A dataset from a folder with one subfolder of JPEG, PNG or WebP images per class, as Keras's `image_dataset_from_directory`
 * and torchvision's `ImageFolder` take it. Images are decoded when they are read, in a worker thread. Classes and files are
 * sorted by name; hidden files, other kinds of files, and links that lead out of the folder are skipped. Throws
 * `file-system`, `bad-data` or `bad-option`; reading throws `bad-file` or `file-system` for a broken image.
 *
 * @example
 * const flowers = await imageFolder('flowers/', { imageSize: 224, fit: 'crop' });
 * console.log(flowers.classes, flowers.labels.length);
 */
export async function imageFolder(path: string, options: ImageFolderOptions = {}): Promise<ImageFolder> {
  const shape = imageShape(options.imageSize ?? 64);
  const root = await realFolder(path);
  const { classes, files, labels } = await listImages(path, root);
  const {
    interpolation = defaultFitting.interpolation,
    fit = defaultFitting.fit,
    onError,
    cacheBytes = CACHE_BYTES,
  } = options;
  const broken = new Set<number>();
  const dataset: ImageFolder = {
    classes,
    shape,
    labels,
    files,
    isBroken: (index) => broken.has(index),
    async read(indices) {
      checkIndices(indices, files.length);
      const chosen = Array.from(indices, (index) => files[index] as string);
      const { images, failures } = await decodeInBackground({
        files: chosen,
        shape,
        fitting: { interpolation, fit },
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
  return cached(checkDataset(dataset, path), cacheBytes);
}

/** The classes, and each image's file and label. */
async function listImages(path: string, root: string) {
  const classes = await namesIn(root, path, 'folder');
  if (classes.length === 0) throw badFolder(path, `it has no folders in it. ${LAYOUT}.`);
  if (classes.length > 0xffff)
    throw badFolder(path, `it has ${classes.length} folders; at most 65535 classes are supported.`);
  const files: string[] = [];
  const labels: number[] = [];
  for (const [label, name] of classes.entries()) {
    const folder = join(path, name);
    const images = (await namesIn(root, folder, 'file')).filter((file) =>
      EXTENSIONS.has(extname(file).toLowerCase()),
    );
    if (images.length === 0) {
      throw badFolder(
        path,
        `the folder "${name}" has no JPEG, PNG or WebP images in it. Add some, or remove it.`,
        { class: name },
      );
    }
    for (const image of images) {
      files.push(join(folder, image));
      labels.push(label);
    }
  }
  return { classes, files, labels: Uint16Array.from(labels) };
}

function imageShape(size: number | readonly [height: number, width: number]): Dataset['shape'] {
  const [height, width] = typeof size === 'number' ? [size, size] : size;
  for (const side of [height, width]) {
    if (Number.isInteger(side) && side >= 1 && side <= 4096) continue;
    throw new ResNetError(
      'bad-option',
      `The image size must be a whole number of pixels from 1 to 4096, not ${side}.`,
      { size },
    );
  }
  return [height, width, 3];
}

async function realFolder(path: string): Promise<string> {
  try {
    const root = await realpath(path);
    if ((await stat(root)).isDirectory()) return root;
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const reason = missing ? 'there is no such folder' : (cause as Error).message;
    throw new ResNetError(
      'file-system',
      `${path} cannot be opened: ${reason}. ${LAYOUT}.`,
      { path },
      { cause },
    );
  }
  throw badFolder(path, `it is not a folder. ${LAYOUT}.`);
}

/** The sorted names of a folder's visible files or folders, without links that lead out of `root`. Throws `file-system`. */
async function namesIn(root: string, folder: string, kind: 'folder' | 'file'): Promise<string[]> {
  const names: string[] = [];
  try {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.name.startsWith('.')) continue;
      if (entry.isSymbolicLink() && !(await leadsInside(root, join(folder, entry.name)))) continue;
      const status = entry.isSymbolicLink() ? await stat(join(folder, entry.name)) : entry;
      if (kind === 'folder' ? status.isDirectory() : status.isFile()) names.push(entry.name);
    }
  } catch (cause) {
    const message = `The folder ${folder} cannot be read: ${(cause as Error).message}. Change its permissions, or remove it.`;
    throw new ResNetError('file-system', message, { path: folder }, { cause });
  }
  return names.sort((a, b) => (a < b ? -1 : 1));
}

async function leadsInside(root: string, link: string): Promise<boolean> {
  const target = await realpath(link).catch(() => null);
  if (target === null) return false;
  const path = relative(root, target);
  return path !== '' && path !== '..' && !path.startsWith(`..${sep}`);
}

function badFolder(path: string, message: string, details: Record<string, unknown> = {}): ResNetError {
  return new ResNetError('bad-data', `${path} cannot be used as a dataset: ${message}`, { path, ...details });
}
