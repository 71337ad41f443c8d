import {
  checkShape,
  type FusedGroupedConvolutionAttributes,
  forActivation,
  type GroupedConvolutionAttributes,
  groupedConvolutionShape,
  kernelNames,
  type KernelInputs,
  type KernelTable,
} from '@resnetjs/backend';
import * as tf from '@tensorflow/tfjs-core';
import { activate, activations } from './activation.js';
import { conv2D, convolveBiasActivation, filterGradient, inputGradient, windowsOf } from './convolution.js';
import { holds, type Native } from './native.js';
import type { Windows } from './windows.js';

// Convolutions with groups and dilation. TensorFlow knows the groups by the filter's shape. Its gradients of them are
// oneDNN's. Where a group has one channel of y, oneDNN computes wrong numbers: there each filter gets a neighbor of zeros.

/** activation(x convolved with filter + bias). */
function convolution(
  native: Native,
  { x, filter, bias }: KernelInputs<'x' | 'filter'> & { readonly bias?: tf.TensorInfo | null },
  attrs: FusedGroupedConvolutionAttributes,
): tf.Tensor {
  const operations = forActivation('convolution', attrs.activation, activations);
  const { outChannels } = groupedConvolutionShape('convolution', x.shape, filter.shape, attrs);
  if (bias) checkShape('convolution', { bias }, [outChannels]);
  if (outChannels === attrs.groups) {
    return tf.tidy(() => {
      const wide = conv2D(
        native,
        { x, filter: withNeighbors(filter as tf.Tensor4D) },
        plain(attrs, filter.shape),
      );
      const y = withoutNeighbors(wide);
      return activate(native, operations, bias ? tf.add(y, bias as tf.Tensor) : y);
    });
  }
  if (!bias) return activate(native, operations, conv2D(native, { x, filter }, plain(attrs, filter.shape)));
  const activation = attrs.activation as keyof typeof activations;
  const windows = windowsOf(x.shape, filter.shape, plain(attrs, filter.shape));
  return convolveBiasActivation(native, windows, { x, filter, bias }, activation);
}

/** The gradient of x [batch, height, width, in]. */
function convolutionInputGradient(
  native: Native,
  { dy, filter }: KernelInputs<'dy' | 'filter'>,
  attrs: GroupedConvolutionAttributes & { readonly inputShape: readonly number[] },
): tf.Tensor {
  const { inputShape } = attrs;
  const windows = checked('convolutionInputGradient', inputShape, filter.shape, attrs, dy);
  return tf.tidy(() => {
    const wide = windows.outChannels === attrs.groups;
    const inputs = wide
      ? { dy: withNeighbors(dy as tf.Tensor4D), filter: withNeighbors(filter as tf.Tensor4D) }
      : { dy, filter };
    return inputGradient(native, windows, inputs);
  });
}

/** The gradient of the filter [height, width, in / groups, out]. */
function convolutionFilterGradient(
  native: Native,
  { x, dy }: KernelInputs<'x' | 'dy'>,
  attrs: GroupedConvolutionAttributes & { readonly filterShape: readonly number[] },
): tf.Tensor {
  const { filterShape } = attrs;
  const windows = checked('convolutionFilterGradient', x.shape, filterShape, attrs, dy);
  return tf.tidy(() => {
    const [height, width, channels, out] = filterShape as [number, number, number, number];
    if (out !== attrs.groups) return filterGradient(native, windows, filterShape, { x, dy });
    const wideShape = [height, width, channels, 2 * out];
    const inputs = { x, dy: withNeighbors(dy as tf.Tensor4D) };
    return withoutNeighbors(filterGradient(native, windows, wideShape, inputs));
  });
}

/** x [..., channels] with a channel of zeros after each: [..., 2 · channels]. */
function withNeighbors(x: tf.Tensor4D): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  return tf.reshape(tf.stack([x, tf.zerosLike(x)], 4), [batch, height, width, 2 * channels]);
}

/** The opposite of `withNeighbors`. */
function withoutNeighbors(x: tf.Tensor): tf.Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  return tf.stridedSlice(x, [0, 0, 0, 0], [batch, height, width, channels], [1, 1, 1, 2]);
}

/** The windows over x. Checks all shapes. */
function checked(
  kernel: string,
  xShape: readonly number[],
  filterShape: readonly number[],
  attrs: GroupedConvolutionAttributes,
  dy: tf.TensorInfo,
): Windows {
  groupedConvolutionShape(kernel, xShape, filterShape, attrs);
  const windows = windowsOf(xShape, filterShape, plain(attrs, filterShape));
  checkShape(kernel, { dy }, windows.outShape);
  return windows;
}

/** The attributes of a convolution as TensorFlow.js has them. Along an axis of one value, a filter has no dilation. */
function plain({ strides, pad, dilations }: GroupedConvolutionAttributes, filterShape: readonly number[]) {
  const dilation = (axis: 0 | 1) => (filterShape[axis] === 1 ? 1 : dilations[axis]);
  return {
    strides: [strides[0], strides[1]] as [number, number],
    pad,
    dilations: [dilation(0), dilation(1)] as [number, number],
    dataFormat: 'NHWC' as const,
  };
}

/**
 * The kernels of convolutions with groups and dilation that TensorFlow computes correctly here, on a small example: its
 * gradients take oneDNN's kernels. Core composes the others.
 */
export function groupedKernels(native: Native): KernelTable<Native> {
  // One row of three pixels, in two groups of two channels, and two filters each; a pixel of padding on the left.
  const xShape = [1, 1, 3, 4] as [number, number, number, number];
  const filterShape = [1, 2, 2, 4] as [number, number, number, number];
  const attrs: GroupedConvolutionAttributes = {
    groups: 2,
    strides: [1, 1],
    dilations: [1, 2],
    pad: [
      [0, 0],
      [0, 0],
      [1, 0],
      [0, 0],
    ],
  };
  const computes = (expected: readonly number[], compute: () => tf.Tensor): boolean =>
    holds(() => String(compute().dataSync()) === String(expected));
  const x = tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], xShape);
  const filter = tf.tensor4d([1, 2, 0, -1, -1, 3, 2, 1, 2, 0, 1, -2, 0, 1, -1, 3], filterShape);
  const bias = tf.tensor1d([0, 1, 0, 2]);
  const dy = tf.tensor4d([1, -2, 2, 0, 3, 1, -1, 2], [1, 1, 2, 4]);
  const forward = computes([10, 7, -1, 12, 17, 19, 7, 17], () =>
    convolution(native, { x, filter, bias }, { ...attrs, activation: 'linear' }),
  );
  const ofInput = computes([5, 0, -2, 0, 2, -2, 2, -2, 6, 1, -5, 7], () =>
    convolutionInputGradient(native, { dy, filter }, { ...attrs, inputShape: xShape }),
  );
  const ofFilter = computes([3, 1, -3, 6, 6, 2, -4, 8, 32, -1, 3, 22, 36, -2, 4, 24], () =>
    convolutionFilterGradient(native, { x, dy }, { ...attrs, filterShape }),
  );
  tf.dispose([x, filter, bias, dy]);
  return {
    ...(forward && { [kernelNames.convolution]: { kernel: convolution, activations: ['relu'] } }),
    ...(ofInput && { [kernelNames.convolutionInputGradient]: convolutionInputGradient }),
    ...(ofFilter && { [kernelNames.convolutionFilterGradient]: convolutionFilterGradient }),
  };
}
