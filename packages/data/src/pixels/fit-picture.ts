import { type Fitting, usualFitting } from '@resnetjs/core';
import type { Dataset } from '../dataset.js';
import type { Pixels } from './pixels.js';
import { resize } from './resize.js';

/**
 * An RGB picture brought to `shape`: [height, width, 3]. 'fill' stretches it. 'crop' keeps its proportions: the smallest
 * size that covers `shape` (the other side rounded down, as torchvision's Resize does), and of that the middle.
 */
export function fitPicture(
  picture: Pixels,
  [height, width]: Dataset['shape'],
  { resize: resampling, fit }: Fitting = usualFitting,
): Uint8Array {
  if (fit === 'fill') return resize(picture, { height, width, resize: resampling }).data;
  const narrow = picture.width * height <= picture.height * width; // the width decides
  const covering = narrow
    ? { width, height: Math.max(height, Math.floor((picture.height * width) / picture.width)) }
    : { height, width: Math.max(width, Math.floor((picture.width * height) / picture.height)) };
  const window = {
    top: middle(covering.height - height),
    left: middle(covering.width - width),
    height,
    width,
  };
  return resize(picture, { ...covering, resize: resampling, window }).data;
}

/** Half of what is left over; a half pixel goes to the even side, as torchvision's CenterCrop has it. */
function middle(left: number): number {
  const half = Math.floor(left / 2);
  return left % 2 === 1 && half % 2 === 1 ? half + 1 : half;
}
