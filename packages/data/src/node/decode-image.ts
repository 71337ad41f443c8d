import { type Fitting, ResNetError, defaultFitting } from '@resnetjs/core';
import sharp from 'sharp';
import type { Dataset } from '../dataset.js';
import { checkImageSize } from '../pixels/check-image-size.js';
import { fitImage } from '../pixels/fit-image.js';
import type { Pixels } from '../pixels/pixels.js';
import { fromCmyk, fromGray, fromSixteenBits, overWhite } from '../pixels/to-rgb.js';
import { badImage, nameOf, openImage } from './open-image.js';

/** An image that has kept the decoder busy for so long is made to do that. */
const MAX_SECONDS = 60;

const settings = { failOn: 'error', limitInputPixels: false, ignoreIcc: true } as const;

export interface ImageSize {
  readonly height: number;
  readonly width: number;
}

/**
 * Decodes a JPEG, PNG or WebP image (a path, or the file's bytes) to [height, width, 3], RGB, 0 to 255, brought to `shape`
 * by `options`: 'bilinear' and 'fill' unless told. What becomes of other kinds of pixels: see `readPixels`.
 * Throws file-system, bad-file, bad-option.
 */
export async function decodeImage(
  source: string | Uint8Array,
  shape: Dataset['shape'],
  options: Partial<Fitting> = {},
): Promise<Uint8Array> {
  checkShape(shape);
  return fitImage(await readPixels(source), shape, { ...defaultFitting, ...options });
}

/**
 * A JPEG, PNG or WebP image at its own size as 8-bit RGB: upright by its EXIF orientation, transparency over white, gray
 * as three equal levels, 16 bits ÷ 257, CMYK as (255 − ink)(255 − black) / 255; colour profiles are ignored, and of an
 * animation the first frame is taken. `admit` is called with the size before anything is decoded, and waited for.
 * Throws file-system, bad-file.
 */
export async function readPixels(
  source: string | Uint8Array,
  admit?: (size: ImageSize) => Promise<void>,
): Promise<Pixels> {
  const bytes = await openImage(source);
  try {
    const { width, height, channels, space, depth } = await sharp(bytes, settings).metadata();
    checkImageSize(nameOf(source), { height, width }, channels * (depth === 'ushort' ? 2 : 1));
    await admit?.({ height, width });
    const kind = { gray: /^(b-w|grey16)$/.test(space), cmyk: space === 'cmyk', depth };
    return await againAfterTimeout(() => decode(bytes, kind));
  } catch (cause) {
    if (cause instanceof ResNetError) throw cause;
    const reason = (cause as Error).message.split('\n')[0];
    const problem = isTimeout(cause)
      ? `keeps the decoder busy for more than ${MAX_SECONDS} seconds. Make it smaller, or remove it`
      : `is a broken or truncated image (${reason}). Replace it or remove it`;
    throw badImage(source, `${nameOf(source)} ${problem}.`, cause);
  }
}

/** A decoder that was too slow gets one more try: the process may have been stopped meanwhile, by Ctrl-Z or a sleeping machine. */
export async function againAfterTimeout<Result>(decode: () => Promise<Result>): Promise<Result> {
  try {
    return await decode();
  } catch (error) {
    if (isTimeout(error)) return decode();
    throw error;
  }
}

/** libvips says so in words alone. */
function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('timeout: ');
}

async function decode(
  bytes: Uint8Array,
  { gray, cmyk, depth }: { gray: boolean; cmyk: boolean; depth: string },
): Promise<Pixels> {
  const deep = depth === 'ushort';
  const space = cmyk ? 'cmyk' : gray ? (deep ? 'grey16' : 'b-w') : deep ? 'rgb16' : 'srgb';
  const { data, info } = await sharp(bytes, settings)
    .autoOrient()
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
  if (channels === 3 && height >= 1 && width >= 1) return;
  throw new ResNetError('bad-option', `Images are decoded to [height, width, 3], not [${shape}].`, {
    shape,
  });
}
