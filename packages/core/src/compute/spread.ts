import * as tf from '@tensorflow/tfjs-core';

/**
 * A map [batch, rows, columns, channels] with zeros between its pixels, `steps` apart, cut to a size: [batch, height, width,
 * channels]. Called inside a `tf.tidy`. Its tensors have three axes at most: WebGL pads none of five.
 */
export function spread(
  x: tf.Tensor,
  [down, right]: readonly [number, number],
  [height, width]: readonly [number, number],
): tf.Tensor {
  const [batch, rows, columns, channels] = x.shape as [number, number, number, number];
  const withZeros = (pieces: tf.Tensor, zeros: number) =>
    tf.pad(pieces, [
      [0, 0],
      [0, zeros],
      [0, 0],
    ]);
  const wide = withZeros(tf.reshape(x, [batch * rows * columns, 1, channels]), right - 1); // [pixels, right, channels]
  const high = withZeros(tf.reshape(wide, [batch * rows, 1, columns * right * channels]), down - 1); // [rows, down, …]
  const whole = tf.reshape(high, [batch, rows * down, columns * right, channels]);
  return tf.slice(whole, [0, 0, 0, 0], [batch, height, width, channels]);
}
