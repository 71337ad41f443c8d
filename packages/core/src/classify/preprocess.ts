import * as tf from '@tensorflow/tfjs-core';
import { ResNetError } from '../errors.js';
import { checkLevels } from '../images/check-levels.js';
import type { Classifier } from './classifier.js';
import { normalize } from './normalize.js';
import { checkPreprocessing } from './preprocessing.js';

/**
 * Preprocesses 8-bit images for a classifier's network: (x − mean) / std by channel, in the network's order of
 * channels. `images` are `[batch, height, width, channels]`, 0 to 255, RGB, of the network's input size; the result is a float32
 * tensor of that shape. Throws `bad-option` for levels that aren't 8-bit, and `shape-mismatch` for images of another size.
 *
 * @example
 * const input = preprocess(classifier, await images.read([0, 1])); // [2, height, width, channels]
 * const logits = forward(classifier.network, classifier.variables, input);
 */
export function preprocess(
  { network, preprocessing }: Pick<Classifier, 'network' | 'preprocessing'>,
  images: Uint8Array,
): tf.Tensor4D {
  checkLevels(images, 'images');
  const [height, width, channels] = network.input;
  checkPreprocessing(preprocessing, channels);
  const batch = images.length / (height * width * channels);
  if (!Number.isInteger(batch)) {
    const size = `${height}×${width}×${channels}`;
    const message = `${images.length} levels are no whole number of images of ${size}, which ${network.name} takes. Resize each to it: see fitImage, or createPredictor, which does.`;
    throw new ResNetError('shape-mismatch', message, { length: images.length, input: network.input });
  }
  const values = normalize(images, preprocessing);
  return tf.tensor4d(values, [batch, height, width, channels], 'float32');
}
