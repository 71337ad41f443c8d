import type { Classifier } from '@resnetjs/core';
import * as tf from '@tensorflow/tfjs-core';

/** 8-bit images as the network takes them: [batch, height, width, channels], preprocessed, float32. */
export function prepareImages({ network, preprocessing }: Classifier, images: Uint8Array): tf.Tensor4D {
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
