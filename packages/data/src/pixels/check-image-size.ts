import { ResNetError } from '@resnetjs/core/network';

/** About 8,000 × 8,000. */
const MAX_PIXELS = 2 ** 26;
const MAX_SIDE = 2 ** 16;
/** Of a decoded image: at 16-bit RGBA, half of MAX_PIXELS. */
const MAX_BYTES = 2 ** 28;

/** Throws `bad-file` for an image that is too large to decode, by its header: to be called before decoding. */
export function checkImageSize(
  name: string,
  { height, width }: { height: number; width: number },
  bytesPerPixel = 3,
): void {
  const pixels = height * width;
  const fits = pixels <= MAX_PIXELS && pixels * bytesPerPixel <= MAX_BYTES;
  if (fits && Math.max(height, width) <= MAX_SIDE) return;
  throw new ResNetError(
    'bad-file',
    `${name} has ${width}×${height} pixels of ${bytesPerPixel} bytes; the limits are ${MAX_PIXELS} pixels, ${MAX_BYTES} bytes, and ${MAX_SIDE} pixels per side. Make it smaller or remove it.`,
    { source: name, height, width },
  );
}
