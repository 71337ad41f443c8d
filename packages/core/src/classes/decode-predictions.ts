import { imageNetClasses, imageNetIds } from './imagenet.js';
import { type ClassProbability, topClasses } from './top-classes.js';

/** A class of ImageNet, and its probability. */
export interface ImageNetPrediction extends ClassProbability {
  /** The class's WordNet identifier: `n02123045`. */
  readonly id: string;
}

/** Options of `decodePredictions`. */
export interface DecodePredictionsOptions {
  /** How many classes. Default: 5. */
  readonly top?: number;
}

/**
 * Keras's `decode_predictions` (`keras.applications.imagenet_utils`): the most probable of ImageNet's classes, the first first, for
 * each image. `probabilities` are `[images, 1000]`, as `predict` returns them. Names are torchvision's: Keras has `tiger_cat`
 * where these have `tiger cat`, and names four classes `crane` and `maillot` that here differ. Throws `shape-mismatch` for another number of
 * classes, and `bad-option` for a `top` that isn't a whole number.
 *
 * @example
 * const [best] = decodePredictions(await predictor.predict([photo]), { top: 3 });
 * best; // [{ id: 'n02123045', class: 'tabby', probability: 0.61 }, …]
 */
export function decodePredictions(
  probabilities: readonly (readonly number[])[],
  { top = 5 }: DecodePredictionsOptions = {},
): ImageNetPrediction[][] {
  return probabilities.map((row) =>
    topClasses(imageNetClasses, row, top).map((best) => ({
      id: imageNetIds[imageNetClasses.indexOf(best.class)] as string,
      ...best,
    })),
  );
}
