import type { Pixels } from '@resnetjs/core/images';
import { ResNetError } from '@resnetjs/core/network';
import { checkImageSize } from '../pixels/check-image-size.js';
import { overWhite } from '../pixels/to-rgb.js';

/** What a page can draw on a canvas: an `<img>`, a canvas, a video's current frame, an `ImageBitmap`; or `ImageData`. */
export interface DrawableImage {
  readonly width: number;
  readonly height: number;
}

// The browser's API, as far as it is used: the package is compiled without the DOM's types.
interface Drawable extends DrawableImage {
  readonly naturalWidth?: number;
  readonly naturalHeight?: number;
  readonly videoWidth?: number;
  readonly videoHeight?: number;
  readonly data?: Uint8ClampedArray;
  decode?(): Promise<void>;
}
interface Context {
  drawImage(image: Drawable, x: number, y: number, width: number, height: number): void;
  getImageData(x: number, y: number, width: number, height: number): { readonly data: Uint8ClampedArray };
}
declare const OffscreenCanvas: new (
  width: number,
  height: number,
) => { getContext(kind: '2d', options: object): Context | null };

/**
 * The pixels of an image that a page has, at its own size, as 8-bit RGB, as the page shows it on white: unlike `decodeImage`,
 * with its colour profile applied. Waits for an `<img>` that is loading. Throws `bad-file` for an image that is broken, too
 * large, or of another site that doesn't allow it to be read, and `bad-option` for what is no image.
 *
 * @example
 * const { height, width, data } = await readPixels(document.querySelector('canvas')); // data: [height, width, 3]
 */
export async function readPixels(image: DrawableImage): Promise<Pixels> {
  const drawable = image as Drawable | null;
  if (typeof drawable !== 'object' || drawable === null || !('width' in drawable)) {
    const message = `An image is an <img>, a canvas, a video, an ImageBitmap or ImageData, not ${drawable === null ? 'null' : typeof image}.`;
    throw new ResNetError('bad-option', message);
  }
  await drawable.decode?.().catch((cause) => {
    throw unreadable('is broken, or could not be loaded', cause);
  });
  const width = drawable.naturalWidth ?? drawable.videoWidth ?? drawable.width;
  const height = drawable.naturalHeight ?? drawable.videoHeight ?? drawable.height;
  if (!(width >= 1 && height >= 1)) throw unreadable('has no pixels yet: wait until it is loaded');
  checkImageSize('The image', { height, width });
  return { width, height, channels: 3, data: overWhite(drawable.data ?? draw(drawable, width, height)) };
}

/** [height, width, 4] */
function draw(image: Drawable, width: number, height: number): Uint8ClampedArray {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (context === null) throw unreadable(`has ${width}×${height} pixels, too many for a canvas here`);
  try {
    context.drawImage(image, 0, 0, width, height);
    return context.getImageData(0, 0, width, height).data;
  } catch (cause) {
    const why =
      'is of another site, which keeps its pixels from this page. If that site allows it, set crossorigin="anonymous"';
    if ((cause as Error).name === 'SecurityError') throw unreadable(why, cause);
    throw unreadable(`can't be drawn (${(cause as Error).message})`, cause);
  }
}

function unreadable(why: string, cause?: unknown): ResNetError {
  return new ResNetError('bad-file', `The image ${why}.`, {}, { cause });
}
