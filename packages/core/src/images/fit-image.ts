import { ResNetError } from '../errors.js';
import { checkChoice } from './check-levels.js';
import { cropShareRange, defaultFitting, type Fitting, fitModes } from './fitting.js';
import type { Pixels } from './pixels.js';
import { resize } from './resize.js';
import { toChannels } from './to-channels.js';

/**
 * Resizes an image to `shape`, `[height, width, channels]`; RGB becomes gray before that where one channel is asked for, and
 * gray RGB where three are (see `toChannels`). Fit 'fill' stretches it. 'crop' keeps its aspect ratio: it resizes to
 * the smallest size that covers `shape` (the longer side rounded down, as in torchvision's `Resize`), then takes the center
 * (as `CenterCrop`). With a `cropShare` below 1, either resizes to `shape` ÷ `cropShare`, rounded down, and takes the center: on
 * square inputs these are timm's crop modes 'squash' and 'center'. Default: 'bilinear' and 'fill'. Throws `bad-option`, and
 * `shape-mismatch` for other channels.
 *
 * @example
 * const fitting = { interpolation: 'bicubic', fit: 'crop', cropShare: 0.875 } as const;
 * const input = fitImage(await decodeImage('photo.jpg'), [224, 224, 3], fitting); // of 256 pixels
 */
export function fitImage(
  image: Pixels,
  [height, width, channels]: readonly [height: number, width: number, channels: number],
  { interpolation, fit, cropShare = 1 }: Fitting = defaultFitting,
): Uint8Array {
  checkChoice('fit', fit, fitModes);
  checkCropShare(cropShare);
  const least = { height: Math.floor(height / cropShare), width: Math.floor(width / cropShare) };
  const resized = fit === 'fill' ? least : covering(image, least);
  const crop = {
    top: middle(resized.height - height),
    left: middle(resized.width - width),
    height,
    width,
  };
  return resize(toChannels(image, channels), { ...resized, interpolation, crop }).data;
}

/** Throws `bad-option` for a share out of `cropShareRange`. */
export function checkCropShare(cropShare: number): void {
  const [least, most] = cropShareRange;
  if (cropShare >= least && cropShare <= most) return;
  throw new ResNetError('bad-option', `cropShare is ${cropShare}; it must be from ${least} to ${most}.`, {
    cropShare,
  });
}

interface Size {
  readonly height: number;
  readonly width: number;
}

/** The smallest size of the image's own aspect ratio that covers another. */
function covering(image: Size, { height, width }: Size): Size {
  const narrow = image.width * height <= image.height * width; // the width is the tighter side
  return narrow
    ? { width, height: Math.max(height, Math.floor((image.height * width) / image.width)) }
    : { height, width: Math.max(width, Math.floor((image.width * height) / image.height)) };
}

/** Half of the excess; a half pixel is rounded to even, as in torchvision's CenterCrop. */
function middle(excess: number): number {
  const half = Math.floor(excess / 2);
  return excess % 2 === 1 && half % 2 === 1 ? half + 1 : half;
}
