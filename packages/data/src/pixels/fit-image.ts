import { type Fitting, defaultFitting } from '@resnetjs/core';
import type { Dataset } from '../dataset.js';
import type { Pixels } from './pixels.js';
import { resize } from './resize.js';

/**
 * An RGB image brought to `shape`: [height, width, 3]. 'fill' stretches it. 'crop' keeps its proportions: the smallest
 * size that covers `shape` (the other side rounded down, as torchvision's Resize does), and of that the middle.
 */
export function fitImage(
  image: Pixels,
  [height, width]: Dataset['shape'],
  { resize: resampling, fit }: Fitting = defaultFitting,
): Uint8Array {
  if (fit === 'fill') return resize(image, { height, width, resize: resampling }).data;
  const narrow = image.width * height <= image.height * width; // the width decides
  const covering = narrow
    ? { width, height: Math.max(height, Math.floor((image.height * width) / image.width)) }
    : { height, width: Math.max(width, Math.floor((image.width * height) / image.height)) };
  const window = {
    top: middle(covering.height - height),
    left: middle(covering.width - width),
    height,
    width,
  };
  return resize(image, { ...covering, resize: resampling, window }).data;
}

/** Half of what is left over; a half pixel goes to the even side, as torchvision's CenterCrop has it. */
function middle(left: number): number {
  const half = Math.floor(left / 2);
  return left % 2 === 1 && half % 2 === 1 ? half + 1 : half;
}
