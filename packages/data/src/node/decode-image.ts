import { defaultFitting, fitImage, type Fitting, type Pixels } from '@resnetjs/core/images';
import { ResNetError } from '@resnetjs/core/network';
import type { Dataset } from '../dataset.js';
import { checkImageSize } from '../pixels/check-image-size.js';
import { whyNotDecoded } from '../pixels/image-header.js';
import { orientationOf, turn } from '../pixels/orientation.js';
import { fromCmyk, fromGray, fromSixteenBits, overWhite } from '../pixels/to-rgb.js';
import { badImage, type ImageFile, nameOf, openImage } from './open-image.js';
import { loadSharp } from './optional-package.js';

/** An image that takes longer to decode was made to do so. */
const MAX_SECONDS = 60;

const settings = { failOn: 'error', limitInputPixels: false, ignoreIcc: true } as const;

/** An image's size, in pixels. */
export interface ImageSize {
  readonly height: number;
  readonly width: number;
}

/**
 * Decodes a JPEG, PNG or WebP image (a path, or the file's bytes) and resizes it to `shape`: `[height, width, 3]`, RGB, or
 * `[height, width, 1]`, gray (see `toChannels`), 0 to 255. Default: 'bilinear' and 'fill' (see `fitImage`). How orientation, transparency, 16 bits and CMYK are handled: see
 * `decodeImage`. Throws `file-system`, `bad-file` or `bad-option`.
 *
 * @example
 * const image = await loadImage('photo.jpg', classifier.network.input, classifier.preprocessing);
 * const [probabilities] = await predict(classifier, image);
 */
export async function loadImage(
  source: string | Uint8Array,
  shape: Dataset['shape'],
  options: Partial<Fitting> = {},
): Promise<Uint8Array> {
  checkShape(shape);
  return fitImage(await decodeImage(source), shape, { ...defaultFitting, ...options });
}

/**
 * Decodes a JPEG, PNG or WebP image (a path, or the file's bytes) at its own size, as 8-bit RGB. The EXIF orientation is
 * applied, transparency is composited on white, gray becomes three equal channels, 16 bits are ÷ 257, and CMYK is
 * (255 − ink)(255 − black) / 255; colour profiles are ignored, and an animation gives its first frame. `admit`, if given, is
 * called with the size and the file's bytes, and awaited before anything is decoded. Throws `file-system` or `bad-file`, and `missing-backend`
 * where the package sharp isn't installed.
 *
 * @example
 * const { height, width, data } = await decodeImage('photo.jpg'); // data: [height, width, 3]
 */
export function decodeImage(
  source: string | Uint8Array,
  admit?: (size: ImageSize, bytes: Uint8Array) => Promise<void>,
): Promise<Pixels> {
  return decodeFile(source, admit);
}

/** `decodeImage`, also of a file whose name and bytes are known. */
export async function decodeFile(
  source: ImageFile,
  admit?: (size: ImageSize, bytes: Uint8Array) => Promise<void>,
): Promise<Pixels> {
  const sharp = await loadSharp();
  const { kind, bytes } = await openImage(source);
  const why = whyNotDecoded(bytes, kind);
  if (why !== undefined) {
    const problem = `is a broken or truncated image (${why}). Replace it or remove it`;
    throw badImage(source, `${nameOf(source)} ${problem}.`);
  }
  try {
    const { width, height, channels, space, depth, hasAlpha } = await sharp(bytes, settings).metadata();
    checkImageSize(nameOf(source), { height, width }, channels * (depth === 'ushort' ? 2 : 1));
    await admit?.({ height, width }, bytes);
    // As gray, sharp's raw output would lose the transparency.
    const stored = { gray: /^(b-w|grey16)$/.test(space) && !hasAlpha, cmyk: space === 'cmyk', depth };
    return turn(await againAfterTimeout(() => decode(bytes, stored)), orientationOf(bytes, kind));
  } catch (cause) {
    if (cause instanceof ResNetError) throw cause;
    const reason = (cause as Error).message.trim().split('\n').at(-1); // warnings come first
    const problem = isTimeout(cause)
      ? `takes more than ${MAX_SECONDS} seconds to decode. Make it smaller or remove it`
      : `is a broken or truncated image (${reason}). Replace it or remove it`;
    throw badImage(source, `${nameOf(source)} ${problem}.`, cause);
  }
}

/** Retries a decoder that timed out once: the process may have been suspended meanwhile, by Ctrl-Z or a sleeping machine. */
export async function againAfterTimeout<Result>(decode: () => Promise<Result>): Promise<Result> {
  try {
    return await decode();
  } catch (error) {
    if (isTimeout(error)) return decode();
    throw error;
  }
}

/** libvips says so in its message only. */
function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('timeout: ');
}

async function decode(
  bytes: Uint8Array,
  { gray, cmyk, depth }: { gray: boolean; cmyk: boolean; depth: string },
): Promise<Pixels> {
  const deep = depth === 'ushort';
  const sharp = await loadSharp();
  const space = cmyk ? 'cmyk' : gray ? (deep ? 'grey16' : 'b-w') : deep ? 'rgb16' : 'srgb';
  const { data, info } = await sharp(bytes, settings)
    .timeout({ seconds: MAX_SECONDS })
    .pipelineColourspace(space)
    .toColourspace(space)
    .raw({ depth: deep ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const levels = deep
    ? fromSixteenBits(new Uint16Array(data.buffer, data.byteOffset, data.length / 2))
    : data;
  return { width, height, channels: 3, data: toRgb(levels, info.channels, cmyk) };
}

function toRgb(levels: Uint8Array, channels: number, cmyk: boolean): Uint8Array {
  if (cmyk) return fromCmyk(levels);
  if (channels === 1) return fromGray(levels, 1);
  if (channels === 2) return overWhite(fromGray(levels, 2));
  return channels === 4 ? overWhite(levels) : levels;
}

function checkShape(shape: Dataset['shape']): void {
  const [height, width, channels] = shape;
  if ((channels === 3 || channels === 1) && height >= 1 && width >= 1) return;
  const message = `Images are decoded to [height, width, 3] or, in gray, [height, width, 1], not [${shape}].`;
  throw new ResNetError('bad-option', message, { shape });
}
