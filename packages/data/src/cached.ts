import type { Dataset } from './dataset.js';

/**
 * A dataset that keeps images in memory once they are read, until `bytes` are full (default: 512 MiB); the rest are read
 * again each time.
 *
 * @example
 * const images = cached(syntheticSigns());
 */
export function cached<D extends Dataset>(dataset: D, bytes = 2 ** 29): D {
  const [height, width, channels] = dataset.shape;
  const size = height * width * channels;
  const kept = new Map<number, Uint8Array>();
  const room = Math.floor(bytes / size);
  return {
    ...dataset,
    async read(indices) {
      const missing = Array.from(indices).filter((index) => !kept.has(index));
      const fresh = missing.length > 0 ? await dataset.read(missing) : new Uint8Array();
      const images = new Uint8Array(indices.length * size); // [batch, height, width, channels]
      let at = 0;
      for (let i = 0, m = 0; i < indices.length; i++) {
        const index = indices[i] as number;
        const image =
          index === missing[m] ? fresh.subarray(m * size, ++m * size) : (kept.get(index) as Uint8Array);
        if (!kept.has(index) && kept.size < room) kept.set(index, new Uint8Array(image));
        images.set(image, at);
        at += size;
      }
      return images;
    },
  };
}
