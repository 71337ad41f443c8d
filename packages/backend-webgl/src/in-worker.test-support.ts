// Runs in a worker: registers, convolves ones with ones, and posts the result.
import * as tf from '@tensorflow/tfjs-core';
import { register } from './index.js';

try {
  const { name, precision, details } = await register();
  const sums = tf.tidy(() =>
    tf.conv2d(tf.ones([1, 4, 4, 8]) as tf.Tensor4D, tf.ones([3, 3, 8, 2]), 1, 'valid'),
  );
  postMessage({ name, precision, details, values: [...(await sums.data())], page: typeof document });
} catch (error) {
  postMessage({ error: String(error) });
}
