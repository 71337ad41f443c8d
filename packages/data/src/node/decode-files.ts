import { availableParallelism } from 'node:os';
import { fitImage, type Fitting } from '@resnetjs/core/images';
import { type ErrorCode, ResNetError } from '@resnetjs/core/network';
import { contentHash } from '../content-hash.js';
import type { Dataset } from '../dataset.js';
import { type ArchivedFile, ArchiveReader, pathOf } from './archives/archived-file.js';
import { decodeFile } from './decode-image.js';

/** A file by its path, or in an archive. */
export type ImagePlace = string | ArchivedFile;

export interface DecodeJob {
  readonly files: readonly ImagePlace[];
  readonly shape: Dataset['shape'];
  readonly fitting: Fitting;
}

/** A file that can't be read, as plain data that passes between threads. */
export interface Failure {
  /** Its index in the job's files. */
  readonly position: number;
  readonly code: ErrorCode;
  readonly message: string;
}

export interface DecodedFiles {
  /** `[files, height, width, channels]`; zeros in place of those that failed. */
  readonly images: Uint8Array<ArrayBuffer>;
  readonly failures: readonly Failure[];
  /** Each file's `contentHash`; null for one that isn't decoded. */
  readonly hashes: readonly (string | null)[];
}

/** Files that are open at a time. */
const LANES = Math.min(4, Math.max(2, availableParallelism()));
/** Pixels that are decoded at a time; an image with more is decoded alone. */
const PIXELS_AT_ONCE = 2 ** 24;

let pixelsInUse = 0;
const waiting: { pixels: number; start: () => void }[] = [];

/** Decodes and resizes images, a few at a time, so that memory holds few of them at full size. */
export async function decodeFiles({ files, shape, fitting }: DecodeJob): Promise<DecodedFiles> {
  const size = shape[0] * shape[1] * shape[2];
  const images = new Uint8Array(files.length * size); // [files, height, width, channels]
  const failures: Failure[] = [];
  const hashes: (string | null)[] = files.map(() => null);
  const archives = new ArchiveReader();
  const open = async (file: ImagePlace) =>
    typeof file === 'string' ? file : { name: pathOf(file), bytes: await archives.read(file) };
  let next = 0;
  const lane = async () => {
    for (let position = next++; position < files.length; position = next++) {
      let held = 0;
      try {
        const file = await open(files[position] as ImagePlace);
        const pixels = await decodeFile(file, async ({ height, width }, bytes) => {
          hashes[position] = contentHash(bytes);
          held = height * width;
          await hold(held);
        });
        images.set(fitImage(pixels, shape, fitting), position * size);
      } catch (error) {
        if (!(error instanceof ResNetError)) throw error;
        failures.push({ position, code: error.code, message: error.message });
      } finally {
        if (held > 0) release(held);
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(LANES, files.length) }, lane));
  } finally {
    await archives.close();
  }
  failures.sort((a, b) => a.position - b.position);
  return { images, failures, hashes };
}

/** Waits until there is room for an image; first come, first served. */
function hold(pixels: number): Promise<void> {
  return new Promise((start) => {
    waiting.push({ pixels, start });
    startNext();
  });
}

function release(pixels: number): void {
  pixelsInUse -= pixels;
  startNext();
}

function startNext(): void {
  for (let first = waiting[0]; first; first = waiting[0]) {
    if (pixelsInUse > 0 && pixelsInUse + first.pixels > PIXELS_AT_ONCE) return;
    waiting.shift();
    pixelsInUse += first.pixels;
    first.start();
  }
}
