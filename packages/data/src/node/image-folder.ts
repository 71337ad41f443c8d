import { readdir, realpath, stat } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { type Fitting, ResNetError, defaultFitting } from '@resnetjs/core';
import { cached } from '../cached.js';
import { checkDataset, checkIndices } from '../check-dataset.js';
import type { Dataset } from '../dataset.js';
import { decodeInBackground } from './decoder.js';

/** A file that could not be read as an image. */
export interface BrokenImage {
  readonly file: string;
  /** file-system or bad-file; its message names the file. */
  readonly error: ResNetError;
}

export interface ImageFolderOptions extends Partial<Fitting> {
  /** Height and width that every image is brought to, in pixels, by `resize` and `fit`; 64 unless told. */
  readonly imageSize?: number | readonly [height: number, width: number];
  /** Decoded images are kept while they fit; 256 MiB unless told. */
  readonly cacheBytes?: number;
  /** Hears of each image that can't be read, which is then left out. Where it isn't given, or throws, reading throws. */
  readonly onError?: (broken: BrokenImage) => void;
}

/** A dataset whose images are files. */
export interface ImageFolder extends Dataset {
  /** The file of each image. */
  readonly files: readonly string[];
  /** Whether an image could not be read, so far. */
  isLost(index: number): boolean;
}

const EXTENSIONS = new Set(['.jpg', '.jpeg', '.png', '.webp']);
const LAYOUT = 'Expected a folder with one folder of JPEG, PNG or WebP images per class';
const CACHE_BYTES = 2 ** 28;

/**
 * Images in a folder per class, decoded on a thread of their own when they are read. Classes and files are in the order of their names;
 * hidden files, other kinds of files and links that lead out of the folder are passed over.
 * Throws file-system, bad-data, bad-option; reading throws bad-file for a broken image.
 */
export async function imageFolder(path: string, options: ImageFolderOptions = {}): Promise<ImageFolder> {
  const shape = imageShape(options.imageSize ?? 64);
  const root = await realFolder(path);
  const { classes, files, labels } = await listImages(path, root);
  const {
    resize = defaultFitting.resize,
    fit = defaultFitting.fit,
    onError,
    cacheBytes = CACHE_BYTES,
  } = options;
  const lost = new Set<number>();
  const dataset: ImageFolder = {
    classes,
    shape,
    labels,
    files,
    isLost: (index) => lost.has(index),
    async read(indices) {
      checkIndices(indices, files.length);
      const chosen = Array.from(indices, (index) => files[index] as string);
      const { images, failures } = await decodeInBackground({
        files: chosen,
        shape,
        fitting: { resize, fit },
      });
      for (const { position, code, message } of failures) {
        const index = indices[position] as number;
        if (lost.has(index)) continue;
        const file = files[index] as string;
        const error = new ResNetError(code, message, { source: file });
        if (!onError) throw error;
        onError({ file, error });
        lost.add(index);
      }
      return images;
    },
  };
  return cached(checkDataset(dataset, path), cacheBytes);
}

/** The classes, and the images' files with the label of each. */
async function listImages(path: string, root: string) {
  const classes = await inside(root, path, 'folder');
  if (classes.length === 0) throw badFolder(path, `it has no folders in it. ${LAYOUT}.`);
  if (classes.length > 0xffff)
    throw badFolder(path, `it has ${classes.length} folders; at most 65535 classes will do.`);
  const files: string[] = [];
  const labels: number[] = [];
  for (const [label, name] of classes.entries()) {
    const folder = join(path, name);
    const images = (await inside(root, folder, 'file')).filter((file) =>
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
      `The image size is a whole number of pixels from 1 to 4096, not ${side}.`,
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

/** The names in a folder, sorted, of one kind, visible, and not leading out of `root`. Throws file-system. */
async function inside(root: string, folder: string, kind: 'folder' | 'file'): Promise<string[]> {
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
  const way = relative(root, target);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`);
}

function badFolder(path: string, message: string, details: Record<string, unknown> = {}): ResNetError {
  return new ResNetError('bad-data', `${path} cannot be used as a dataset: ${message}`, { path, ...details });
}
