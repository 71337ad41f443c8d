import { ResNetError } from '@resnetjs/core';

/** About 8,000 × 8,000. */
const MAX_PIXELS = 2 ** 26;
const LONGEST_SIDE = 2 ** 16;
/** Of a decoded image: 16-bit RGBA reaches it at half as many pixels. */
const MAX_BYTES = 2 ** 28;

/** Throws bad-file for more pixels or bytes than are decoded; to be called with what the header says, before decoding. */
export function checkImageSize(
  name: string,
  { height, width }: { height: number; width: number },
  bytesPerPixel = 3,
): void {
  const pixels = height * width;
  const fits = pixels <= MAX_PIXELS && pixels * bytesPerPixel <= MAX_BYTES;
  if (fits && Math.max(height, width) <= LONGEST_SIDE) return;
  throw new ResNetError(
    'bad-file',
    `${name} has ${width}×${height} pixels of ${bytesPerPixel} bytes; at most ${MAX_PIXELS} pixels and ${MAX_BYTES} bytes are decoded, and ${LONGEST_SIDE} pixels a side. Make it smaller, or remove it.`,
    { source: name, height, width },
  );
}
