import { type Fitting, fitImage } from '@resnetjs/core';
import { readSigns } from '@resnetjs/data/browser/hdf5';
import { setOwnImages } from './own-images.js';
import type { Decoded, Requests } from './protocol.js';

/**
 * Reads an HDF5 file of the course's kind. Square images keep their size; others are resized to `size`, as those of folders
 * are, and so are all if it is said how. Throws ResNetError.
 */
export async function decodeHdf5({
  file,
  name,
  size,
  fitting,
}: Omit<Requests['decodeHdf5']['params'], 'forModel'> & { readonly fitting?: Fitting }): Promise<Decoded> {
  const { classes, labels, shape, read } = await readSigns(file, { name: `“${name}”` });
  const [height, width] = shape;
  if (height === width && (fitting === undefined || height === size)) {
    const pixels = Uint8Array.from(await read(Array.from(labels.keys())));
    return setOwnImages({ name, classes, size: height, labels: Uint16Array.from(labels), pixels });
  }
  const pixels = new Uint8Array(labels.length * size * size * 3); // [images, size, size, 3]
  for (const index of labels.keys()) {
    const data = await read([index]);
    const fitted = fitImage({ height, width, channels: 3, data }, [size, size, 3], fitting);
    pixels.set(fitted, index * fitted.length);
  }
  return setOwnImages({ name, classes, size, labels: Uint16Array.from(labels), pixels });
}
