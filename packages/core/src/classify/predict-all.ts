import * as tf from '@tensorflow/tfjs-core';
import { disposeVariables } from '../compute/variables.js';
import { ResNetError } from '../errors.js';
import type { ImageSource } from '../images/image-source.js';
import type { TestTimeAugmentation } from '../images/test-time-augmentation.js';
import { foldBatchNorm, type Model } from '../rewrite/fold.js';
import type { Classifier } from './classifier.js';
import { embed, embeddingNetwork, type EmbeddingPlace } from './embedding.js';
import { inferLogits } from './infer-logits.js';
import { preprocess } from './preprocess.js';

/** Options of `predictAll` and `embedAll`. */
export interface ManyImagesOptions {
  /** Images that are computed together. The last ones are filled up to as many, so that no result depends on it. Default: 32. */
  readonly batchSize?: number;
  /** The index of the first image. Default: 0. */
  readonly from?: number;
  /** The index after the last image's. Default: their number. */
  readonly to?: number;
  /** Stops before the next batch. */
  readonly signal?: AbortSignal;
}

/** Options of `predictAll`. */
export interface PredictAllOptions extends ManyImagesOptions {
  /** Test-time augmentation: see `predict`. Default: none. */
  readonly tta?: TestTimeAugmentation;
}

/** Options of `embedAll`. */
export interface EmbedAllOptions extends ManyImagesOptions {
  /**
   * 'head' is what the last layer takes; 'stage1' … the mean over the feature map of a stage, counted from 1. Default: 'head'.
   */
  readonly at?: EmbeddingPlace;
  /** Whether each vector is divided by its length, so that a product of two is their cosine. Default: false. */
  readonly normalize?: boolean;
}

/** An image's values, or why it has none. */
type Answer<Values extends string> = { readonly index: number; readonly id: string } & (
  | ({ readonly [Name in Values]: Float32Array } & { readonly error?: undefined })
  | ({ readonly [Name in Values]?: undefined } & { readonly error: ResNetError })
);

/** An image's class probabilities, in the order of the classes; or why it has none. */
export type PredictedImage = Answer<'probabilities'>;

/** An image's features; or why it has none. */
export type EmbeddedImage = Answer<'vector'>;

/**
 * Classifies images as they are read, in their order, in memory for a few batches, by the classifier as it is now, folded. An
 * image that can't be read gives its error instead. Throws `bad-option`, `missing-variable` for another network's variables, and
 * `not-finite` as `predict` does.
 *
 * @example
 * for await (const { id, probabilities, error } of predictAll(classifier, await imagesFrom(['photos/']))) {
 *   console.log(id, error?.message ?? topClasses(classifier.classes, probabilities, 1));
 * }
 */
export async function* predictAll(
  classifier: Classifier,
  source: ImageSource,
  { tta, ...options }: PredictAllOptions = {},
): AsyncGenerator<PredictedImage, void, void> {
  const folded = foldBatchNorm(classifier);
  try {
    const compute = (input: tf.Tensor4D) => tf.softmax(inferLogits(folded, input, tta)); // [batch, classes]
    for await (const { row, ...image } of computeAll({ ...classifier, ...folded }, source, options, compute))
      yield row instanceof ResNetError ? { ...image, error: row } : { ...image, probabilities: row };
  } finally {
    disposeVariables(folded.variables);
  }
}

/**
 * An image's features, for each image, as `predictAll` classifies them: what to search or cluster images by. Throws as that
 * does, and `bad-option` for a place that the network doesn't have.
 *
 * @example
 * for await (const { id, vector } of embedAll(classifier, images, { at: 'head', normalize: true })) {
 *   if (vector) index.set(id, vector); // [2048] for resnet50
 * }
 */
export async function* embedAll(
  classifier: Classifier,
  source: ImageSource,
  { at = 'head', normalize = false, ...options }: EmbedAllOptions = {},
): AsyncGenerator<EmbeddedImage, void, void> {
  const network = embeddingNetwork(classifier.network, at);
  const folded = foldBatchNorm({ network, variables: classifier.variables });
  try {
    const compute = (input: tf.Tensor4D) => embed(folded, input, normalize); // [batch, features]
    for await (const { row, ...image } of computeAll({ ...classifier, ...folded }, source, options, compute))
      yield row instanceof ResNetError ? { ...image, error: row } : { ...image, vector: row };
  } finally {
    disposeVariables(folded.variables);
  }
}

/** A row of `compute`'s result for each image, `[batch, values]`; or its error. */
async function* computeAll(
  classifier: Model & Pick<Classifier, 'preprocessing'>,
  source: ImageSource,
  { batchSize = 32, signal, ...range }: ManyImagesOptions,
  compute: (input: tf.Tensor4D) => tf.Tensor,
): AsyncGenerator<{ index: number; id: string; row: Float32Array | ResNetError }, void, void> {
  if (!Number.isSafeInteger(batchSize) || batchSize < 1) {
    throw new ResNetError('bad-option', `batchSize is ${batchSize}; it must be a whole number from 1 on.`, {
      batchSize,
    });
  }
  const shape = classifier.network.input;
  const fitting = classifier.preprocessing;
  const size = shape[0] * shape[1] * shape[2];
  let index = range.from ?? 0;
  for await (const { ids, images, failures } of source.batches({ shape, fitting, batchSize, ...range })) {
    if (signal?.aborted) return;
    const errors = new Map(failures.map(({ position, error }) => [position, error]));
    const values = errors.size < ids.length ? await valuesOf(filledUp(images, batchSize * size)) : null;
    const length = (values?.length ?? 0) / batchSize;
    for (const [position, id] of ids.entries()) {
      const row =
        errors.get(position) ?? (values as Float32Array).slice(position * length, (position + 1) * length);
      if (row instanceof Float32Array) checkFinite(row, id);
      yield { index: index++, id, row };
    }
  }

  async function valuesOf(images: Uint8Array): Promise<Float32Array> {
    const result = tf.tidy(() => compute(preprocess(classifier, images)));
    try {
      return (await result.data()) as Float32Array;
    } finally {
      result.dispose();
    }
  }
}

function filledUp(images: Uint8Array, length: number): Uint8Array {
  if (images.length === length) return images;
  const filled = new Uint8Array(length);
  filled.set(images);
  return filled;
}

function checkFinite(row: Float32Array, id: string): void {
  if (row.every(Number.isFinite)) return;
  throw new ResNetError(
    'not-finite',
    `The model computes values that are not finite for ${id}, so it can't be used. Train it again with a smaller learning rate.`,
    { id },
  );
}
