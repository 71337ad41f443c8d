import * as tf from '@tensorflow/tfjs-core';
import { disposeVariables } from '../compute/variables.js';
import { ResNetError } from '../errors.js';
import { fitImage } from '../images/fit-image.js';
import type { Pixels } from '../images/pixels.js';
import type { TestTimeAugmentation } from '../images/test-time-augmentation.js';
import { isConvertible } from '../images/to-channels.js';
import { foldBatchNorm } from '../rewrite/fold.js';
import type { Classifier } from './classifier.js';
import { inferLogits } from './infer-logits.js';
import { preprocess } from './preprocess.js';

/** Options of `predict` and `createPredictor`. */
export interface PredictOptions {
  /** Test-time augmentation: 'flip' takes the mean of the probabilities of an image and its mirror image. Default: none. */
  readonly tta?: TestTimeAugmentation;
}

/**
 * Class probabilities, `[batch, classes]`, for 8-bit images `[batch, height, width, channels]`, 0 to 255, of the network's
 * input size, by the classifier as it is: `createPredictor` takes images of any size, and computes less. No images give no
 * probabilities. Throws `bad-option` for levels that aren't 8-bit, `shape-mismatch` for images of another size, and `not-finite`
 * if the classifier computes values that aren't finite.
 *
 * @example
 * const [probabilities] = await predict(classifier, await images.read([0]));
 * const [best] = topClasses(classifier.classes, probabilities, 1);
 */
export async function predict(
  classifier: Classifier,
  images: Uint8Array,
  { tta }: PredictOptions = {},
): Promise<number[][]> {
  const probabilities = tf.tidy(() => {
    const input = preprocess(classifier, images); // [batch, height, width, channels]
    if (input.size === 0) return tf.zeros([0, classifier.classes.length]);
    return tf.softmax(inferLogits(classifier, input, tta)); // [batch, classes]
  });
  try {
    const rows = (await probabilities.array()) as number[][];
    checkFinite(rows);
    return rows;
  } finally {
    probabilities.dispose();
  }
}

function checkFinite(rows: readonly (readonly number[])[]): void {
  const index = rows.findIndex((row) => !row.every(Number.isFinite));
  if (index === -1) return;
  throw new ResNetError(
    'not-finite',
    `The model computes values that are not finite for image ${index}, so it can't classify it. Train it again with a smaller learning rate.`,
    { index },
  );
}

/** Classifies images of any size. */
export interface Predictor {
  /**
   * Class probabilities, `[images, classes]`. Each image is resized to the network's input as its preprocessing says, and
   * becomes gray or RGB as the network takes it. No images give no probabilities. Throws `shape-mismatch` for images that are
   * neither, `bad-option` for what is no list of `Pixels`, and `not-finite` as `predict` does.
   */
  predict(images: readonly Pixels[]): Promise<number[][]>;
  /** Disposes of the predictor's own variables; the classifier's stay. */
  dispose(): void;
}

/**
 * A predictor for a classifier as it is now: its normalizations are folded into its convolutions, which changes
 * probabilities by at most 1e-5. Throws `missing-variable` for another network's variables.
 *
 * @example
 * const predictor = createPredictor(classifier);
 * const [probabilities] = await predictor.predict([{ height, width, channels: 3, data }]);
 * topClasses(classifier.classes, probabilities, 5); // [{ class: 'cat', probability: 0.97 }, …]
 * predictor.dispose();
 */
export function createPredictor(classifier: Classifier, options: PredictOptions = {}): Predictor {
  const { network, preprocessing } = classifier;
  const folded = { ...classifier, ...foldBatchNorm(classifier) };
  const [height, width, channels] = network.input;
  return {
    async predict(images) {
      if (!Array.isArray(images)) {
        const message =
          'predict takes a list of images, { height, width, channels, data }: put a single one in brackets.';
        throw new ResNetError('bad-option', message);
      }
      const batch = new Uint8Array(images.length * height * width * channels); // [images, height, width, channels]
      for (const [index, image] of images.entries()) {
        if (!isConvertible(image.channels, channels)) {
          throw new ResNetError(
            'shape-mismatch',
            `Image ${index} has ${image.channels} channels, but ${network.name} takes ${channels}.`,
            { index, channels: image.channels },
          );
        }
        batch.set(fitImage(image, network.input, preprocessing), index * height * width * channels);
      }
      return predict(folded, batch, options);
    },
    dispose: () => disposeVariables(folded.variables),
  };
}
