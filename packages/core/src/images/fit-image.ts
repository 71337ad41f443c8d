import { checkChoice } from './check-levels.js';
import { defaultFitting, type Fitting, fitModes } from './fitting.js';
import type { Pixels } from './pixels.js';
import { resize } from './resize.js';

/**
 * Resizes an RGB image to `shape`, `[height, width, 3]`. Fit 'fill' stretches it. 'crop' keeps its aspect ratio: it resizes to
 * the smallest size that covers `shape` (the longer side rounded down, as in torchvision's `Resize`), then takes the centre
 * (as `CenterCrop`). Default: 'bilinear' and 'fill'. Throws `bad-option`.
 *
 * @example
 * const input = fitImage(await decodeImage('photo.jpg'), [224, 224, 3], { interpolation: 'bicubic', fit: 'crop' });
 */
export function fitImage(
  image: Pixels,
  [height, width]: readonly [height: number, width: number, channels: number],
  { interpolation, fit }: Fitting = defaultFitting,
): Uint8Array {
  checkChoice('fit', fit, fitModes);
  if (fit === 'fill') return resize(image, { height, width, interpolation }).data;
  const narrow = image.width * height <= image.height * width; // the width is the tighter side
  const covering = narrow
    ? { width, height: Math.max(height, Math.floor((image.height * width) / image.width)) }
    : { height, width: Math.max(width, Math.floor((image.width * height) / image.height)) };
  const crop = {
    top: middle(covering.height - height),
    left: middle(covering.width - width),
    height,
    width,
  };
  return resize(image, { ...covering, interpolation, crop }).data;
}

/** Half of the excess; a half pixel is rounded to even, as in torchvision's CenterCrop. */
function middle(excess: number): number {
  const half = Math.floor(excess / 2);
  return excess % 2 === 1 && half % 2 === 1 ? half + 1 : half;
}
