import type { Classifier } from '@resnetjs/core';
import * as tf from '@tensorflow/tfjs-core';

/** 8-bit pictures as the network takes them: [batch, height, width, channels], preprocessed, float32. */
export function preparePictures({ network, preprocessing }: Classifier, pictures: Uint8Array): tf.Tensor4D {
  const { mean, deviation } = preprocessing;
  const [height, width, channels] = network.input;
  const values = new Float32Array(pictures.length);
  for (let i = 0; i < values.length; i++) {
    const channel = i % channels;
    values[i] = ((pictures[i] as number) - (mean[channel] as number)) / (deviation[channel] as number);
  }
  return tf.tensor4d(
    values,
    [pictures.length / (height * width * channels), height, width, channels],
    'float32',
  );
}
