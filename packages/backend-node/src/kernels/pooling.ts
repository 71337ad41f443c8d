import type { StockKernel } from '@resnetjs/backend';
import * as tf from '@tensorflow/tfjs-core';
import type { Native } from './native.js';
import type { OperationAttribute } from '../native-binding.js';
import { runOperation } from '../operation.js';
import { cropped, marginsOf, named, padded, type Windows } from './windows.js';

// Pooling with explicit padding, which tfjs-node rejects. TensorFlow's own maximum takes it; otherwise the input is padded
// first, and pooled 'valid'. As in TensorFlow.js's other backends, padding never wins a maximum (it is −∞) and isn't
// counted in a mean.

interface Attrs {
  readonly filterSize: [number, number] | number;
  readonly strides: [number, number] | number;
  readonly pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

type Valid = Pick<Attrs, 'filterSize' | 'strides'> & { readonly pad: 'valid' };

function windowsOf(x: tf.Tensor4D, { filterSize, strides, pad, dimRoundingMode }: Attrs): Windows {
  return tf.backend_util.computePool2DInfo(x.shape, filterSize, strides, 1, pad, dimRoundingMode);
}

const valid = ({ filterSize, strides }: Attrs): Valid => ({ filterSize, strides, pad: 'valid' });

/** The attributes of TensorFlow's own maximum with explicit padding; undefined for padding as wide as a window, which it refuses. */
function explicitAttributesOf(native: Native, windows: Windows): readonly OperationAttribute[] | undefined {
  const { top, bottom, left, right } = marginsOf(windows);
  const { filterHeight, filterWidth, strideHeight, strideWidth } = windows;
  if (Math.max(top, bottom) >= filterHeight || Math.max(left, right) >= filterWidth) return undefined;
  const { int, string, float32 } = native.attributes;
  const window = [1, filterHeight, filterWidth, 1];
  const strides = [1, strideHeight, strideWidth, 1];
  const padding = [0, 0, top, bottom, left, right, 0, 0];
  return native.once(`pool ${[window, strides, padding].join(' ')}`, () => [
    float32,
    int('ksize', window),
    int('strides', strides),
    string('padding', 'EXPLICIT'),
    int('explicit_paddings', padding),
    string('data_format', 'NHWC'),
  ]);
}

export function maxPool(
  native: Native,
  { x }: { x: tf.Tensor4D },
  attrs: Attrs,
  stock: StockKernel,
): tf.Tensor4D {
  const windows = windowsOf(x, attrs);
  if (named(windows)) return stock<tf.Tensor4D>();
  const explicit = explicitAttributesOf(native, windows);
  if (explicit) return runOperation(native.backend, 'MaxPool', explicit, [x]) as tf.Tensor4D;
  return tf.tidy(() =>
    stock<tf.Tensor4D>({ x: padded(x, marginsOf(windows), Number.NEGATIVE_INFINITY) }, valid(attrs)),
  );
}

export function maxPoolGrad(
  native: Native,
  { dy, input, output }: { dy: tf.Tensor4D; input: tf.Tensor4D; output: tf.Tensor4D },
  attrs: Attrs,
  stock: StockKernel,
): tf.Tensor4D {
  const windows = windowsOf(input, attrs);
  if (named(windows)) return stock<tf.Tensor4D>();
  const explicit = explicitAttributesOf(native, windows);
  if (explicit) {
    return runOperation(native.backend, 'MaxPoolGrad', explicit, [input, output, dy]) as tf.Tensor4D;
  }
  const margins = marginsOf(windows);
  return tf.tidy(() => {
    const map = padded(input, margins, Number.NEGATIVE_INFINITY);
    return cropped(stock<tf.Tensor4D>({ dy, input: map, output }, valid(attrs)), margins, input.shape);
  });
}

export function avgPool(_: Native, { x }: { x: tf.Tensor4D }, attrs: Attrs, stock: StockKernel): tf.Tensor4D {
  const windows = windowsOf(x, attrs);
  if (named(windows)) return stock<tf.Tensor4D>();
  return tf.tidy(() => {
    const share = shareOnMap(windows, attrs);
    return tf.div(stock<tf.Tensor4D>({ x: padded(x, marginsOf(windows), 0) }, valid(attrs)), share);
  });
}

export function avgPoolGrad(
  _: Native,
  { dy, input }: { dy: tf.Tensor4D; input: tf.Tensor4D },
  attrs: Attrs,
  stock: StockKernel,
): tf.Tensor4D {
  const windows = windowsOf(input, attrs);
  if (named(windows)) return stock<tf.Tensor4D>();
  const margins = marginsOf(windows);
  return tf.tidy(() => {
    const upstream = tf.div(dy, shareOnMap(windows, attrs)) as tf.Tensor4D;
    const map = padded(input, margins, 0);
    return cropped(stock<tf.Tensor4D>({ dy: upstream, input: map }, valid(attrs)), margins, input.shape);
  });
}

/** The fraction of each window that lies inside the input: [1, outHeight, outWidth, 1]. */
function shareOnMap(windows: Windows, { filterSize, strides }: Attrs): tf.Tensor4D {
  const ones = tf.ones([1, windows.inHeight, windows.inWidth, 1]) as tf.Tensor4D;
  return tf.avgPool(padded(ones, marginsOf(windows), 0), filterSize, strides, 'valid');
}
