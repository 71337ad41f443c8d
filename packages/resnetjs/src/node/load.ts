import { fileURLToPath } from 'node:url';
import type { Pixels } from '@resnetjs/core';
import { decodeImage } from '@resnetjs/data/node';
import { isHubName, type WeightsOptions } from '@resnetjs/weights';
import {
  type CacheOptions,
  configsBeside,
  fetchFile,
  fetchWeights,
  findWeightsFile,
  readModel,
} from '@resnetjs/weights/node';
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

/** An image for a loaded classifier: its path or address, its file's bytes, or its pixels. */
export type NodeImage = string | URL | Uint8Array | Blob | Pixels;

/**
 * Loads a classifier from a file of weights: safetensors, PyTorch's .pth or .th, Keras's .h5, .weights.h5 or .keras,
 * TensorFlow.js's model.json with its shards beside it, or one of ours. `from` is its path, a folder with it, its address, a
 * `Blob`, or its bytes; or a name, `hf:timm/resnet50.a1_in1k`, `torchvision:resnet50` or `keras:ResNet50V2`, which is downloaded into the
 * user's cache, if it isn't there (see `fetchWeights`). `config.json` and `preprocessor_config.json` of timm and transformers beside
 * a file are heeded. It is computed on the current backend, or on WebAssembly, which is started, if there is none. Throws what
 * `openWeights` and `readClassifier` throw, and `file-system` for what can't be read or fetched.
 *
 * @example
 * const classifier = await load('resnet50.safetensors');
 * await classifier.classify('cat.jpg'); // [{ class: 'tabby, tabby cat', probability: 0.71 }, …]
 * classifier.dispose();
 */
export async function load(
  from: string | URL | GivenBytes,
  options: LoadOptions & CacheOptions = {},
): Promise<LoadedClassifier<NodeImage>> {
  const read = (given: GivenBytes, known: WeightsOptions = {}) =>
    loadedClassifier(given, { ...known, ...options }, decode);
  if (typeof from === 'string' && isHubName(from)) {
    const { cache } = options;
    const fetched = await fetchWeights(from, { ...hubOptionsOf(options), ...(cache && { cache }) });
    return readModel(fetched.path, (source) => read(source, fetched.options));
  }
  const place = placeOf(from);
  if (place === undefined) return read(from as GivenBytes);
  if (place instanceof URL) return readFetched(place, fetchFile(place, options), read);
  const path = await findWeightsFile(place);
  const configs = (await configsBeside(path)).map(({ config }) => config);
  return readModel(path, (source) => read(source, { configs }));
}

async function decode(image: NodeImage): Promise<Pixels> {
  const place = placeOf(image);
  if (place instanceof URL) return decodeImage(await fetchImage(place, fetchFile));
  if (place !== undefined) return decodeImage(place);
  if (image instanceof Blob) return decodeImage(new Uint8Array(await image.arrayBuffer()));
  return isPixels(image) ? image : decodeImage(image as Uint8Array);
}

/** A path, or an address to fetch; undefined for what is neither. */
function placeOf(given: unknown): string | URL | undefined {
  if (typeof given === 'string')
    return /^(https?|data|blob|file):/i.test(given) ? placeOf(new URL(given)) : given;
  if (!(given instanceof URL)) return undefined;
  return given.protocol === 'file:' ? fileURLToPath(given) : given;
}
