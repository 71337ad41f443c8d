import * as tf from '@tensorflow/tfjs-core';

/** The geometry of the windows of a convolution or pooling, in pixels. */
export type Windows = tf.backend_util.Conv2DInfo;

interface Margins {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** Whether the padding is one that TensorFlow has a name for: SAME or VALID. */
export function named({ padInfo }: Windows): boolean {
  return padInfo.type === 'SAME' || padInfo.type === 'VALID';
}

/**
 * The name of the padding in TensorFlow. Explicit padding that is SAME's or VALID's is called so: oneDNN's gradients take
 * these two alone.
 */
export function paddingOf(windows: Windows): 'SAME' | 'VALID' | 'EXPLICIT' {
  const { padInfo, inHeight, inWidth, outHeight, outWidth, strideHeight, strideWidth } = windows;
  const height = {
    size: inHeight,
    out: outHeight,
    stride: strideHeight,
    window: windows.effectiveFilterHeight,
  };
  const width = { size: inWidth, out: outWidth, stride: strideWidth, window: windows.effectiveFilterWidth };
  const axes = [
    { ...height, before: padInfo.top },
    { ...width, before: padInfo.left },
  ];
  const isValid = axes.every(({ size, out, stride, window, before }) => {
    return before === 0 && out === Math.floor((size - window) / stride) + 1;
  });
  if (isValid) return 'VALID';
  const isSame = axes.every(({ size, out, stride, window, before }) => {
    const total = Math.max(0, (out - 1) * stride + window - size);
    return out === Math.ceil(size / stride) && before === Math.floor(total / 2);
  });
  return isSame ? 'SAME' : 'EXPLICIT';
}

/**
 * The padding in pixels, enough for every window to lie inside: if the output size was rounded up, the last window
 * reaches beyond the requested padding.
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

/** x [batch, height, width, channels], padded with `value`. */
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

/** x without the margins that `padded` added. */
export function cropped(x: tf.Tensor4D, { top, left }: Margins, shape: number[]): tf.Tensor4D {
  return tf.slice(x, [0, top, left, 0], shape as [number, number, number, number]);
}
