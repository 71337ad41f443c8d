import { BackendError, type ConvolutionShape, convolutionShapeOf } from '@resnetjs/backend';
import {
  backend_util,
  Conv2DBackpropFilter,
  type Conv2DBackpropFilterAttrs,
  Conv2DBackpropInput,
  type Conv2DBackpropInputAttrs,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { checkFilter } from './check-filter.js';
import { planFilterGradient, planInputGradient } from './convolution-plan.js';
import type { KernelContext } from './heap.js';
import { runPlan } from './run-plan.js';
import {
  runFilterGradient,
  runWinograd,
  suitsFilterGradient,
  suitsWinograd,
  turnedShape,
} from './winograd.js';

type Shape4 = [number, number, number, number];

/** The gradient of conv2d with respect to its filter [filterHeight, filterWidth, inChannels, outChannels]. */
export function conv2DBackpropFilter(
  context: KernelContext,
  { x, dy }: { x: TensorInfo; dy: TensorInfo },
  attrs: Conv2DBackpropFilterAttrs,
): TensorInfo {
  const { filterShape } = attrs;
  const shapes = { x: x.shape, filter: filterShape, dy: dy.shape };
  const shape = convolutionShape(Conv2DBackpropFilter, shapes, attrs);
  if (context.tiles && suitsFilterGradient(shape)) return runFilterGradient(context, shape, { x, dy });
  return runPlan(context, planFilterGradient(shape), { image: x, right: dy }, filterShape);
}

/** The gradient of conv2d with respect to its input [batch, height, width, inChannels]. */
export function conv2DBackpropInput(
  context: KernelContext,
  { dy, filter }: { dy: TensorInfo; filter: TensorInfo },
  attrs: Conv2DBackpropInputAttrs,
): TensorInfo {
  const { inputShape } = attrs;
  const shapes = { x: inputShape, filter: filter.shape, dy: dy.shape };
  const shape = convolutionShape(Conv2DBackpropInput, shapes, attrs);
  const turned = turnedShape(shape);
  if (context.tiles && suitsWinograd(turned))
    return runWinograd(context, turned, { x: dy, filter, turned: true });
  return runPlan(context, planInputGradient(shape), { image: dy, right: filter }, inputShape);
}

function convolutionShape(
  kernel: string,
  { x, filter, dy }: Readonly<Record<'x' | 'filter' | 'dy', number[]>>,
  attrs: Pick<Conv2DBackpropInputAttrs, 'strides' | 'pad' | 'dataFormat' | 'dimRoundingMode'>,
): ConvolutionShape {
  if (attrs.dataFormat === 'NCHW') {
    throw new BackendError(
      'bad-arguments',
      `${kernel}: the Wasm backend supports NHWC only, got NCHW. Transpose the images to NHWC first.`,
    );
  }
  checkFilter(kernel, x, filter);
  const describe = (rounding: Conv2DBackpropInputAttrs['dimRoundingMode'] | undefined) =>
    backend_util.computeConv2DInfo(x as Shape4, filter as Shape4, attrs.strides, 1, attrs.pad, rounding);
  const info = describe(attrs.dimRoundingMode);
  // conv2d's gradient in TensorFlow.js doesn't pass on the dimRoundingMode of the forward pass.
  const outcomes = [info, describe('ceil')].map(({ outShape }) => outShape);
  if (!dy.every((n, axis) => outcomes.some((outcome) => outcome[axis] === n))) {
    throw new BackendError(
      'bad-arguments',
      `${kernel}: dy [${dy.join(', ')}] does not have the shape [${info.outShape.join(', ')}] of a convolution of [${x.join(', ')}] with a filter [${filter.join(', ')}].`,
    );
  }
  const [batch, outHeight, outWidth, outChannels] = dy as Shape4;
  return { ...convolutionShapeOf(info), batch, outHeight, outWidth, outChannels };
}
