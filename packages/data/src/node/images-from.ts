import { open, stat } from 'node:fs/promises';
import { isAbsolute, join, normalize, sep } from 'node:path';
import type { ImageBatch, ImageBatchOptions, ImageSource } from '@resnetjs/core/images';
import { ResNetError } from '@resnetjs/core/network';
import { glob } from 'tinyglobby';
import { compareNames } from '../compare-names.js';
import { batchesAhead } from '../batches-ahead.js';
import type { LeftOut } from '../folder/arrange-images.js';
import { fileKind, isHidden } from '../folder/file-kind.js';
import { type ArchivedFile, pathOf } from './archives/archived-file.js';
import { tarFiles } from './archives/tar.js';
import { zipFiles } from './archives/zip.js';
import type { ImagePlace } from './decode-files.js';
import { decodeInBackground } from './decoder.js';
import { listFiles } from './list-files.js';
import { openingError } from './open-image.js';

/** Options of `imagesFrom`. */
export interface ImagesFromOptions {
  /** Whether all images are sorted by name, by code points, instead of source by source. Default: false. */
  readonly sorted?: boolean;
}

/** Images of files, folders and archives. */
export interface ListedImages extends ImageSource {
  /** What is no image, by reason, and images that are named twice. */
  readonly leftOut: readonly LeftOut[];
}

/** Batches that are read ahead: one is decoded while another is fitted. */
const batchesDecoded = 2;

/**
 * The images of files, of folders and what is below them, of zip and tar archives, and of glob patterns, in the order of the
 * sources, each sorted by name: listed now, and read when they are needed, in a worker thread. An image is called by its path; in an
 * archive, by the archive's path and its name in there, which in a tar archive is its key, up to the first dot, as WebDataset has it, where
 * no other image has the same. Throws `file-system` for a source that isn't there, and `bad-file` for a damaged archive or no
 * image at all.
 *
 * @example
 * const images = await imagesFrom(['photos/', 'shard-000.tar', 'more/*.png']);
 * for await (const { id, probabilities } of predictAll(classifier, images)) console.log(id, probabilities);
 */
export async function imagesFrom(
  sources: readonly string[],
  { sorted = false }: ImagesFromOptions = {},
): Promise<ListedImages> {
  const list = new ImageList();
  for (const source of sources) await list.addSource(source);
  const { leftOut } = list;
  const images = [...list.images];
  if (sorted) images.sort(([one], [other]) => compareNames(one, other));
  const ids = images.map(([id]) => id);
  if (ids.length === 0) throw noImages(sources, leftOut);
  const places = images.map(([, place]) => place);
  return { ids, leftOut, batches: (options) => batchesOf(ids, places, options) };
}

class ImageList {
  readonly images = new Map<string, ImagePlace>();
  readonly #leftOut = new Map<string, LeftOut>();

  get leftOut(): LeftOut[] {
    return [...this.#leftOut.values()].sort((a, b) => b.files - a.files);
  }

  async addSource(source: string): Promise<void> {
    const status = await stat(source).catch((cause) => {
      if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return null;
      throw openingError(source, cause);
    });
    if (status === null) return this.#addMatches(source);
    if (status.isDirectory()) return this.#addFolder(source);
    await this.#addFile(source);
  }

  #add(id: string, place: ImagePlace): void {
    if (this.images.has(id)) this.#leaveOut('image that is named twice', id);
    else this.images.set(id, place);
  }

  #leaveOut(kind: string, example: string): void {
    const known = this.#leftOut.get(kind);
    this.#leftOut.set(kind, { kind, files: (known?.files ?? 0) + 1, example: known?.example ?? example });
  }

  async #addMatches(pattern: string): Promise<void> {
    const isPattern = /[*?[\]{}]/.test(pattern);
    const found = isPattern
      ? await glob(sep === '\\' ? pattern.replaceAll(sep, '/') : pattern, {
          expandDirectories: false,
          absolute: isAbsolute(pattern),
        })
      : [];
    if (found.length === 0) {
      const reason = isPattern
        ? 'there is no such file, and none that the pattern matches'
        : 'there is no such file';
      throw openingError(pattern, { code: 'ENOENT' }, reason);
    }
    for (const path of found.map(normalize).sort(compareNames)) await this.#addFile(path);
  }

  async #addFolder(folder: string): Promise<void> {
    const files = await listFiles(folder);
    files.sort((one, other) => compareNames(one.path, other.path));
    for (const { path, kind } of files) {
      const whole = join(folder, path);
      if (kind === 'image') this.#add(whole, whole);
      else this.#leaveOut(kind, whole);
    }
  }

  /** A file that was named is an image, whatever it is called, unless it is an archive. */
  async #addFile(path: string): Promise<void> {
    const kind = await archiveKind(path);
    if (kind === null) this.#add(path, path);
    else await this.#addArchive(path, kind);
  }

  async #addArchive(path: string, kind: 'zip' | 'tar'): Promise<void> {
    const images: ArchivedFile[] = [];
    for await (const file of kind === 'zip' ? zipFiles(path) : ofTar(path)) {
      const whole = `${path}/${file.name}`;
      if ('unread' in file) {
        this.#leaveOut(file.unread, whole);
        continue;
      }
      const isBelowHidden = file.name.split('/').some((name) => name !== '.' && isHidden(name));
      // By its name alone: to look into each would read the archive twice.
      const found = isBelowHidden ? 'hidden' : await fileKind(file.name, async () => new Uint8Array());
      if (found === 'image') images.push(file);
      else this.#leaveOut(`${found} in an archive`, whole);
    }
    const keys = new Map<string, number>();
    if (kind === 'tar')
      for (const { name } of images) keys.set(keyOf(name), (keys.get(keyOf(name)) ?? 0) + 1);
    const named = images.map((image) => {
      const key = keyOf(image.name);
      return [keys.get(key) === 1 ? `${path}/${key}` : pathOf(image), image] as const;
    });
    named.sort(([one], [other]) => compareNames(one, other));
    for (const [id, image] of named) this.#add(id, image);
  }
}

/** WebDataset's key: the name up to the first dot after its folders. */
const keyOf = (name: string): string => /^(?:.*\/)?[^.]*/s.exec(name)?.[0] ?? name;

async function* ofTar(archive: string): AsyncGenerator<ArchivedFile, void, void> {
  const handle = await open(archive);
  try {
    for await (const file of tarFiles(handle, archive)) yield { archive, ...file };
  } finally {
    await handle.close();
  }
}

/** What kind of archive a file is, by its first bytes; null if it is none. Throws `bad-file` for a compressed one. */
async function archiveKind(path: string): Promise<'zip' | 'tar' | null> {
  let start: Buffer;
  try {
    const handle = await open(path);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(512), 0, 512, 0);
      start = buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch {
    return null; // reading it as an image says what is wrong
  }
  const begins = (bytes: readonly number[], at = 0) =>
    bytes.every((byte, index) => start[at + index] === byte);
  if (zipStarts.some((bytes) => begins(bytes))) return 'zip';
  if (begins(ustar, 257) || path.toLowerCase().endsWith('.tar')) return 'tar';
  if (compressedStarts.some((bytes) => begins(bytes)) && /\.(tar\.\w+|t[gbxz]\w{1,3})$/i.test(path)) {
    const message = `${path} is compressed, so that no image in it can be found without reading all before it. Decompress it, with gzip -d or the like: images are compressed themselves.`;
    throw new ResNetError('bad-file', message, { path });
  }
  return null;
}

const zipStarts = [
  [0x50, 0x4b, 3, 4],
  [0x50, 0x4b, 5, 6],
];
const ustar = [...Buffer.from('ustar')];
/** Of gzip, bzip2, xz and Zstandard. */
const compressedStarts = [
  [0x1f, 0x8b],
  [0x42, 0x5a, 0x68],
  [0xfd, 0x37, 0x7a, 0x58, 0x5a],
  [0x28, 0xb5, 0x2f, 0xfd],
];

function batchesOf(
  ids: readonly string[],
  places: readonly ImagePlace[],
  { shape, fitting, ...range }: ImageBatchOptions,
): AsyncIterable<ImageBatch> {
  const { interpolation, fit, cropShare = 1 } = fitting;
  return batchesAhead(ids, range, batchesDecoded, async (start, end) => {
    const job = { files: places.slice(start, end), shape, fitting: { interpolation, fit, cropShare } };
    const { images, failures } = await decodeInBackground(job);
    return {
      images,
      failures: failures.map(({ position, code, message }) => ({
        position,
        error: new ResNetError(code, message, { source: ids[start + position] }),
      })),
    };
  });
}

function noImages(sources: readonly string[], leftOut: readonly LeftOut[]): ResNetError {
  const [first] = leftOut;
  const found = first === undefined ? '' : `, but ${first.files} × ${first.kind}, such as ${first.example}`;
  return new ResNetError(
    'bad-file',
    `There is no JPEG, PNG or WebP image in ${sources.length === 1 ? sources[0] : 'any of these'}${found}.`,
    { sources },
  );
}
