import { ResNetError } from '@resnetjs/core';

/** About 8,000 × 8,000. */
const MOST_PIXELS = 2 ** 26;
const LONGEST_SIDE = 2 ** 16;

/** Throws bad-file for more pixels than are decoded; to be called with what the header says, before decoding. */
export function checkPictureSize(name: string, { height, width }: { height: number; width: number }): void {
  if (height * width <= MOST_PIXELS && Math.max(height, width) <= LONGEST_SIDE) return;
  throw new ResNetError(
    'bad-file',
    `${name} has ${width}×${height} pixels; at most ${MOST_PIXELS} are decoded, and ${LONGEST_SIDE} a side. Make it smaller, or remove it.`,
    { source: name, height, width },
  );
}
