import * as tf from '@tensorflow/tfjs-core';

/** Where the windows of a convolution or a pooling lie, in pixels. */
export type Windows = tf.backend_util.Conv2DInfo;

interface Margins {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** Whether TensorFlow has a word for the padding. */
export function named({ padInfo }: Windows): boolean {
  return padInfo.type === 'SAME' || padInfo.type === 'VALID';
}

/**
 * The padding as numbers, so much that the map holds every window whole: where the size was rounded up,
 * the last one reaches farther than the padding that was asked for.
 */
export function marginsOf(windows: Windows): Margins {
  const { padInfo, inHeight, inWidth, outHeight, outWidth, strideHeight, strideWidth } = windows;
  const { top, left } = padInfo;
  const rows = (outHeight - 1) * strideHeight + windows.effectiveFilterHeight;
  const columns = (outWidth - 1) * strideWidth + windows.effectiveFilterWidth;
  return {
    top,
    bottom: Math.max(padInfo.bottom, rows - inHeight - top),
    left,
    right: Math.max(padInfo.right, columns - inWidth - left),
  };
}

/** The map x [batch, height, width, channels] with `value` around it. */
export function padded(x: tf.Tensor4D, { top, bottom, left, right }: Margins, value: number): tf.Tensor4D {
  return tf.pad(
    x,
    [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ],
    value,
  );
}

/** What `padded` put around the map, taken away again. */
export function cropped(x: tf.Tensor4D, { top, left }: Margins, shape: number[]): tf.Tensor4D {
  return tf.slice(x, [0, top, left, 0], shape as [number, number, number, number]);
}
