import { contentHash } from './content-hash.js';
import type { ImageIdentity } from './dataset.js';

/**
 * What images in memory are recognized by: their place, counted from 0, and a hash of their pixels.
 *
 * @example
 * const identify = async () => identifyPixels(pixels, labels.length);
 */
export function identifyPixels(pixels: Uint8Array, count: number): readonly ImageIdentity[] {
  const size = pixels.length / count;
  return Array.from({ length: count }, (_, index) => ({
    name: `image ${index}`,
    content: contentHash(pixels.subarray(index * size, (index + 1) * size)),
  }));
}
