import { BackendError, type ConvolutionShape, convolutionShapeOf } from '@resnetjs/backend';
import {
  backend_util,
  Conv2DBackpropFilter,
  type Conv2DBackpropFilterAttrs,
  Conv2DBackpropInput,
  type Conv2DBackpropInputAttrs,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { planFilterGradient, planInputGradient } from './convolution-plan.js';
import type { KernelContext } from './heap.js';
import { runPlan } from './run-plan.js';

type Shape4 = [number, number, number, number];

/** The gradient of conv2d with respect to its filter [height, width, inChannels, outChannels]. */
export function conv2DBackpropFilter(
  context: KernelContext,
  { x, dy }: { x: TensorInfo; dy: TensorInfo },
  attrs: Conv2DBackpropFilterAttrs,
): TensorInfo {
  const filterShape = attrs.filterShape as Shape4;
  const shape = convolutionShape(Conv2DBackpropFilter, x.shape as Shape4, filterShape, dy.shape, attrs);
  return runPlan(context, planFilterGradient(shape), x, dy, filterShape);
}

/** The gradient of conv2d with respect to its input [batch, height, width, inChannels]. */
export function conv2DBackpropInput(
  context: KernelContext,
  { dy, filter }: { dy: TensorInfo; filter: TensorInfo },
  attrs: Conv2DBackpropInputAttrs,
): TensorInfo {
  const inputShape = attrs.inputShape as Shape4;
  const shape = convolutionShape(Conv2DBackpropInput, inputShape, filter.shape as Shape4, dy.shape, attrs);
  return runPlan(context, planInputGradient(shape), dy, filter, inputShape);
}

function convolutionShape(
  kernel: string,
  inputShape: Shape4,
  filterShape: Shape4,
  dyShape: readonly number[],
  attrs: Pick<Conv2DBackpropInputAttrs, 'strides' | 'pad' | 'dataFormat' | 'dimRoundingMode'>,
): ConvolutionShape {
  if (attrs.dataFormat === 'NCHW') {
    throw new BackendError(
      'bad-arguments',
      `${kernel}: the Wasm backend convolves NHWC only, got NCHW. Transpose the images.`,
    );
  }
  const describe = (rounding: Conv2DBackpropInputAttrs['dimRoundingMode'] | undefined) =>
    backend_util.computeConv2DInfo(inputShape, filterShape, attrs.strides, 1, attrs.pad, rounding);
  const info = describe(attrs.dimRoundingMode);
  // conv2d's gradient in TensorFlow.js forgets the rounding that the forward pass was given.
  const outcomes = [info, describe('ceil')].map(({ outShape }) => outShape);
  if (!dyShape.every((n, axis) => outcomes.some((outcome) => outcome[axis] === n))) {
    throw new BackendError(
      'bad-arguments',
      `${kernel}: dy [${dyShape.join(', ')}] is not the output [${info.outShape.join(', ')}] of a convolution of [${inputShape.join(', ')}] with a filter [${filterShape.join(', ')}].`,
    );
  }
  const [batch, outHeight, outWidth, outChannels] = dyShape as Shape4;
  return { ...convolutionShapeOf(info), batch, outHeight, outWidth, outChannels };
}
