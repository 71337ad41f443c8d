import { defaultFitting, fitImage, type Fitting, type Pixels } from '@resnetjs/core/images';
import { ResNetError } from '@resnetjs/core/network';
import type { Dataset } from '../dataset.js';
import { checkImageSize } from '../pixels/check-image-size.js';
import { imageHeader, whyNotDecoded } from '../pixels/image-header.js';
import { orientationOf, turn } from '../pixels/orientation.js';
import { overWhite } from '../pixels/to-rgb.js';
import { plainParts } from './plain-parts.js';

// The browser's API, as far as it is used: the package is compiled without the DOM's types.
interface Bitmap {
  readonly width: number;
  readonly height: number;
  close(): void;
}
interface Context {
  drawImage(bitmap: Bitmap, x: number, y: number): void;
  getImageData(x: number, y: number, width: number, height: number): { readonly data: Uint8ClampedArray };
}
declare const createImageBitmap: (blob: Blob, options: object) => Promise<Bitmap>;
declare const OffscreenCanvas: new (
  width: number,
  height: number,
) => { getContext(kind: '2d', options: object): Context | null };

/**
 * Decodes a JPEG, PNG or WebP image with the browser's own decoder, and resizes it to `shape`: `[height, width, 3]`, RGB, or
 * `[height, width, 1]`, gray (see `toChannels`), 0 to 255. Default: 'bilinear' and 'fill' (see `fitImage`). The rules and filters are those of Node's `loadImage`;
 * docs/images.md says how far the decoders differ. Throws `bad-file` or `bad-option`.
 *
 * @example
 * const photo = await (await fetch('photo.jpg')).blob();
 * const image = await loadImage(photo, classifier.network.input, classifier.preprocessing);
 * const [probabilities] = await predict(classifier, image);
 */
export async function loadImage(
  source: Blob | Uint8Array<ArrayBuffer>,
  shape: Dataset['shape'],
  options: Partial<Fitting> = {},
): Promise<Uint8Array> {
  const [height, width, channels] = shape;
  if ((channels !== 3 && channels !== 1) || !(height >= 1) || !(width >= 1)) {
    const message = `Images are decoded to [height, width, 3] or, in gray, [height, width, 1], not [${shape}].`;
    throw new ResNetError('bad-option', message, { shape });
  }
  return fitImage(await decodeImage(source), shape, { ...defaultFitting, ...options });
}

/**
 * Decodes a JPEG, PNG or WebP image at its own size, as 8-bit RGB: the EXIF orientation is applied, transparency is
 * composited on white, and colour profiles are ignored. Throws `bad-file`.
 *
 * @example
 * const { height, width, data } = await decodeImage(file); // data: [height, width, 3]
 */
export async function decodeImage(source: Blob | Uint8Array<ArrayBuffer>): Promise<Pixels> {
  if (!(source instanceof Blob || source instanceof Uint8Array)) {
    const message = "An image is given by its file, a Blob, or by its file's bytes as a Uint8Array.";
    throw new ResNetError('bad-option', message);
  }
  const bytes = source instanceof Uint8Array ? source : new Uint8Array(await source.arrayBuffer());
  const header = imageHeader(bytes);
  if (header === null) throw badImage('is not a JPEG, PNG or WebP image. Convert it');
  if (header.size !== null) checkImageSize('The image', header.size);
  const { kind } = header;
  const why = whyNotDecoded(bytes, kind);
  if (why !== undefined) throw badImage(`is broken or truncated: ${why}. Replace it`);
  let bitmap: Bitmap;
  try {
    bitmap = await createImageBitmap(new Blob(plainParts(bytes, kind), { type: `image/${kind}` }), {
      colorSpaceConversion: 'none',
      imageOrientation: 'none',
      premultiplyAlpha: 'default',
    });
  } catch (cause) {
    throw badImage('is broken or truncated. Replace it', cause);
  }
  try {
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    if (context === null) throw badImage(`has ${width}×${height} pixels, too many for a canvas here`);
    context.drawImage(bitmap, 0, 0);
    const rgba = context.getImageData(0, 0, width, height).data; // [height, width, 4]
    return turn({ width, height, channels: 3, data: overWhite(rgba) }, orientationOf(bytes, kind));
  } finally {
    bitmap.close();
  }
}

function badImage(message: string, cause?: unknown): ResNetError {
  return new ResNetError('bad-file', `The image ${message}.`, {}, { cause });
}
