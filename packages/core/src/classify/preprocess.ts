import * as tf from '@tensorflow/tfjs-core';
import type { Classifier } from './classifier.js';

/**
 * Preprocesses 8-bit images for a classifier's network: (x − mean) / std by channel. `images` are
 * `[batch, height, width, channels]`, 0 to 255, of the network's input size; the result is a float32 tensor of that shape.
 *
 * @example
 * const input = preprocess(classifier, await images.read([0, 1])); // [2, height, width, channels]
 * const logits = forward(classifier.network, classifier.variables, input);
 */
export function preprocess({ network, preprocessing }: Classifier, images: Uint8Array): tf.Tensor4D {
  const { mean, std } = preprocessing;
  const [height, width, channels] = network.input;
  const values = new Float32Array(images.length);
  for (let i = 0; i < values.length; i++) {
    const channel = i % channels;
    values[i] = ((images[i] as number) - (mean[channel] as number)) / (std[channel] as number);
  }
  return tf.tensor4d(
    values,
    [images.length / (height * width * channels), height, width, channels],
    'float32',
  );
}
