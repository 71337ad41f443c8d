import { register } from '@resnetjs/backend-wasm';
import {
  type ClassProbability,
  createPredictor,
  disposeVariables,
  type Pixels,
  type Predictor,
  ResNetError,
  topClasses,
} from '@resnetjs/core';
import {
  type ByteSource,
  byteSource,
  type HubOptions,
  type ReadClassifier,
  readClassifier,
  type WeightsOptions,
} from '@resnetjs/weights';
import * as tf from '@tensorflow/tfjs-core';
import type { FetchOptions } from '@resnetjs/weights';

/** Options of `load`: what is known of the weights, and how they are fetched. */
export interface LoadOptions
  extends WeightsOptions,
    FetchOptions,
    Pick<HubOptions, 'offline' | 'token' | 'endpoint' | 'mirror'> {}

/** Those of them that say how weights are fetched by name. */
export function hubOptionsOf({ onProgress, ...options }: LoadOptions): HubOptions {
  const { offline, token, endpoint, mirror, maxBytes, patience, signal } = options;
  return {
    ...(offline !== undefined && { offline }),
    ...(token !== undefined && { token }),
    ...(endpoint !== undefined && { endpoint }),
    ...(mirror !== undefined && { mirror }),
    ...(maxBytes !== undefined && { maxBytes }),
    ...(patience && { patience }),
    ...(signal && { signal }),
    ...(onProgress && { onProgress: (progress) => onProgress(progress.bytes, progress.of, progress) }),
  };
}

/** Options of `classify`. */
export interface ClassifyOptions {
  /** How many classes are returned. Default: 5. */
  readonly top?: number;
}

/** A classifier that was loaded, and takes images as they come. The functions that take a `Classifier` take it, too. */
export interface LoadedClassifier<Image> extends ReadClassifier {
  /**
   * The most probable classes of an image, the first first. Its normalizations are folded into its convolutions when it is
   * first called, as by `createPredictor`. Throws what decoding an image throws, and `not-finite`.
   */
  classify(image: Image, options?: ClassifyOptions): Promise<ClassProbability[]>;
  /** Disposes of all its variables. */
  dispose(): void;
}

/** Weights as they are given, without a name. */
export type GivenBytes = Uint8Array | ArrayBuffer | Blob | ByteSource;

/**
 * Reads a classifier onto the current backend, or onto WebAssembly, which is started, if there is none.
 *
 * @param decode gives the pixels of an image
 */
export async function loadedClassifier<Image>(
  given: GivenBytes,
  { signal, ...options }: WeightsOptions & { readonly signal?: AbortSignal | undefined },
  decode: (image: Image) => Promise<Pixels>,
): Promise<LoadedClassifier<Image>> {
  signal?.throwIfAborted();
  if (!tf.getBackend()) await register();
  const classifier = await readClassifier(abortable(sourceOf(given), signal), options);
  let predictor: Predictor | undefined;
  let isDisposed = false;
  return {
    ...classifier,
    async classify(image, { top = 5 } = {}) {
      const pixels = await decode(image);
      if (isDisposed) throw new ResNetError('bad-option', 'The classifier was disposed of. Load it again.');
      predictor ??= createPredictor(classifier);
      const [probabilities = []] = await predictor.predict([pixels]);
      return topClasses(classifier.classes, probabilities, top);
    },
    dispose() {
      isDisposed = true;
      predictor?.dispose();
      disposeVariables(classifier.variables);
    },
  };
}

/** Fetches a file into memory. */
export type FetchFile = (url: string | URL, options?: FetchOptions) => Promise<ByteSource>;

/** What `read` makes of a file that is fetched. A `bad-file` error gets the address in front of its message. */
export async function readFetched<Result>(
  url: string | URL,
  source: Promise<ByteSource>,
  read: (source: ByteSource) => Promise<Result>,
): Promise<Result> {
  const file = await source;
  try {
    return await read(file);
  } catch (error) {
    if (!(error instanceof ResNetError) || error.code !== 'bad-file') throw error;
    throw new ResNetError('bad-file', `${url}: ${error.message}`, error.details, { cause: error });
  }
}

/** Whether something is an image's pixels already. */
export function isPixels(image: unknown): image is Pixels {
  return typeof image === 'object' && image !== null && 'channels' in image && 'data' in image;
}

const maxImageBytes = 2 ** 28;

/** The bytes of an image that is fetched. */
export async function fetchImage(url: string | URL, fetchFile: FetchFile): Promise<Uint8Array<ArrayBuffer>> {
  const source = await fetchFile(url, { maxBytes: maxImageBytes });
  return source.read(0, source.size);
}

function sourceOf(given: GivenBytes): ByteSource {
  if (given instanceof ArrayBuffer) return byteSource(new Uint8Array(given));
  if (given instanceof Uint8Array || given instanceof Blob) return byteSource(given);
  if (typeof given === 'object' && given !== null && 'read' in given) return given;
  throw new ResNetError(
    'bad-option',
    `Weights are given by their place, by a Blob or by their bytes, not by ${given === null ? 'null' : typeof given}.`,
  );
}

/** A source that throws the signal's reason once it is aborted. */
function abortable(source: ByteSource, signal: AbortSignal | undefined): ByteSource {
  if (signal === undefined) return source;
  return {
    size: source.size,
    async read(start, end) {
      signal.throwIfAborted();
      return source.read(start, end);
    },
    ...(source.beside && {
      beside: async (name) => abortable((await source.beside?.(name)) as ByteSource, signal),
    }),
  };
}
