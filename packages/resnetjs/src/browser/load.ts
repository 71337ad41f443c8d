import type { Pixels } from '@resnetjs/core';
import { decodeImage, type DrawableImage, readPixels } from '@resnetjs/data/browser';
import { byteSource, isHubName, type WeightsOptions } from '@resnetjs/weights';
import {
  fetchImage,
  type GivenBytes,
  hubOptionsOf,
  isPixels,
  type LoadedClassifier,
  loadedClassifier,
  type LoadOptions,
  readFetched,
} from '../load/loaded-classifier.js';

/**
 * An image for a loaded classifier: its address, its file, or its file's bytes; an `<img>`, a canvas, a video's current frame, an
 * `ImageBitmap` or `ImageData`; or its pixels.
 */
export type BrowserImage = string | URL | Blob | Uint8Array<ArrayBuffer> | DrawableImage | Pixels;

/**
 * Loads a classifier from a file of weights: safetensors, PyTorch's .pth or .th, Keras's .h5, .weights.h5 or .keras,
 * TensorFlow.js's model.json with its shards beside it, or one of ours. `from` is its address, a `Blob` such as a file that the
 * visitor chose, or its bytes; several files that belong together are `byteSource(first, files)`; or a name, `hf:timm/resnet50.a1_in1k`,
 * which is downloaded into the page's storage, if it isn't there (see `fetchWeights`). It is computed on the current
 * backend, or on WebAssembly, which is started, if there is none. Throws what `openWeights` and `readClassifier` throw, and
 * `file-system` for what can't be fetched.
 *
 * @example
 * const classifier = await load('resnet50.safetensors');
 * await classifier.classify(document.querySelector('img')); // [{ class: 'tabby, tabby cat', probability: 0.71 }, …]
 * classifier.dispose();
 */
export async function load(
  from: string | URL | GivenBytes,
  options: LoadOptions = {},
): Promise<LoadedClassifier<BrowserImage>> {
  const read = (given: GivenBytes, known: WeightsOptions = {}) =>
    loadedClassifier(given, { ...known, ...options }, decode);
  if (typeof from === 'string' && isHubName(from)) {
    const { fetchWeights } = await downloads();
    const fetched = await fetchWeights(from, hubOptionsOf(options));
    return readFetched(from, Promise.resolve(byteSource(fetched.blob)), (source) =>
      read(source, fetched.options),
    );
  }
  if (typeof from !== 'string' && !(from instanceof URL)) return read(from);
  const { fetchFile } = await downloads();
  return readFetched(from, fetchFile(from, options), read);
}

/** Not in what a page loads at once: many have their weights as a `Blob`. */
const downloads = () => import('@resnetjs/weights/browser');

async function decode(image: BrowserImage): Promise<Pixels> {
  if (typeof image === 'string' || image instanceof URL) {
    const { fetchFile } = await downloads();
    return decodeImage(await fetchImage(image, fetchFile));
  }
  if (image instanceof Blob || image instanceof Uint8Array) return decodeImage(image);
  return isPixels(image) ? image : readPixels(image);
}
