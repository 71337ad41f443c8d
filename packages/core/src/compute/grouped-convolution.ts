import {
  type FusedActivation,
  type GroupedConvolutionAttributes,
  type GroupedConvolutionShape,
  groupedConvolutionShape,
  kernelNames,
} from '@resnetjs/backend';
import * as tf from '@tensorflow/tfjs-core';
import { activate } from './activation.js';
import { optionalKernel, runKernel } from './optional-kernel.js';
import { spread } from './spread.js';

// Convolutions with groups or dilation, for which TensorFlow.js has no kernel or no gradient. Where the backend has none
// either, each group is a convolution of its own, with a filter that has zeros in between.

interface Inputs {
  readonly x: tf.Tensor4D; // [batch, height, width, in]
  readonly filter: tf.Tensor4D; // [filterHeight, filterWidth, in / groups, out]
  readonly bias: tf.Tensor | undefined; // [out]
}

/** The activation of a convolution with its bias: [batch, outHeight, outWidth, out]. */
export function groupedConvolution(
  attributes: GroupedConvolutionAttributes,
  { x, filter, bias }: Inputs,
  activation: FusedActivation | 'linear',
): tf.Tensor {
  const inputs = { x, filter, ...(bias === undefined ? {} : { bias }) };
  const [y] = optionalKernel(kernelNames.convolution, inputs, { ...attributes, activation }, () => {
    const shape = groupedConvolutionShape(kernelNames.convolution, x.shape, filter.shape, attributes);
    const strides = [...attributes.strides] as [number, number];
    const maps = channelParts(x, shape.groups);
    const filters = channelParts(dilated(filter, shape), shape.groups);
    const parts = maps.map((map, group) =>
      tf.conv2d(map, filters[group] as tf.Tensor4D, strides, attributes.pad),
    ); // each [batch, outHeight, outWidth, out / groups]
    const sum = tf.concat(parts, 3);
    return [activate(activation, bias === undefined ? sum : tf.add(sum, bias))];
  });
  return y;
}

/** The gradient of x, [batch, height, width, in]. */
export function groupedInputGradient(
  attributes: GroupedConvolutionAttributes & { readonly inputShape: readonly number[] },
  dy: tf.Tensor,
  filter: tf.Tensor,
): tf.Tensor {
  const [dx] = optionalKernel(kernelNames.convolutionInputGradient, { dy, filter }, attributes, () => {
    const { inputShape, strides } = attributes;
    const shape = groupedConvolutionShape(
      kernelNames.convolutionInputGradient,
      inputShape,
      filter.shape,
      attributes,
    );
    const part = [...inputShape.slice(0, 3), shape.inChannels / shape.groups];
    const filters = channelParts(dilated(filter as tf.Tensor4D, shape), shape.groups);
    const parts = channelParts(dy as tf.Tensor4D, shape.groups).map(
      (each, group) =>
        runKernel(
          tf.Conv2DBackpropInput,
          { dy: each, filter: filters[group] as tf.Tensor },
          { strides, pad: attributes.pad, dataFormat: 'NHWC', inputShape: part },
        ) as tf.Tensor4D,
    ); // each [batch, height, width, in / groups]
    return [tf.concat(parts, 3)];
  });
  return dx;
}

/** The gradient of the filter, [filterHeight, filterWidth, in / groups, out]. */
export function groupedFilterGradient(
  attributes: GroupedConvolutionAttributes & { readonly filterShape: readonly number[] },
  x: tf.Tensor,
  dy: tf.Tensor,
): tf.Tensor {
  const [dFilter] = optionalKernel(kernelNames.convolutionFilterGradient, { x, dy }, attributes, () => {
    const { filterShape, strides } = attributes;
    const shape = groupedConvolutionShape(
      kernelNames.convolutionFilterGradient,
      x.shape,
      filterShape,
      attributes,
    );
    const [height, width] = reachOf(shape);
    const part = [height, width, shape.inChannels / shape.groups, shape.outChannels / shape.groups];
    const upstream = channelParts(dy as tf.Tensor4D, shape.groups);
    const parts = channelParts(x as tf.Tensor4D, shape.groups).map(
      (each, group) =>
        runKernel(
          tf.Conv2DBackpropFilter,
          { x: each, dy: upstream[group] as tf.Tensor },
          { strides, pad: attributes.pad, dataFormat: 'NHWC', filterShape: part },
        ) as tf.Tensor4D,
    ); // each [height, width, in / groups, out / groups]
    const whole = tf.concat(parts, 3);
    const { dilationHeight, dilationWidth } = shape;
    if (dilationHeight === 1 && dilationWidth === 1) return [whole];
    return [tf.stridedSlice(whole, [0, 0, 0, 0], whole.shape, [dilationHeight, dilationWidth, 1, 1])];
  });
  return dFilter;
}

/** Equal parts of the last axis, in order. */
function channelParts(x: tf.Tensor4D, count: number): tf.Tensor4D[] {
  return count === 1 ? [x] : tf.split(x, count, 3);
}

/** The side lengths of a filter with the gaps of its dilation. */
function reachOf(shape: GroupedConvolutionShape): [number, number] {
  return [
    (shape.filterHeight - 1) * shape.dilationHeight + 1,
    (shape.filterWidth - 1) * shape.dilationWidth + 1,
  ];
}

/** A filter with zeros in the gaps of its dilation. */
function dilated(filter: tf.Tensor4D, shape: GroupedConvolutionShape): tf.Tensor4D {
  const { dilationHeight, dilationWidth } = shape;
  if (dilationHeight === 1 && dilationWidth === 1) return filter;
  const [height, width, inputs, outputs] = filter.shape;
  const reach = reachOf(shape);
  const map = tf.reshape(filter, [1, height, width, inputs * outputs]);
  return tf.reshape(spread(map, [dilationHeight, dilationWidth], reach), [...reach, inputs, outputs]);
}
