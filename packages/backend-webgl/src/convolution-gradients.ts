import {
  backend_util,
  type Conv2DBackpropFilterAttrs,
  type Conv2DBackpropInputAttrs,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core';
import { convolutionShapeOf, type GroupedConvolutionShape, type StockKernel } from '@resnetjs/backend';
import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import { inOneGroup } from './convolution.js';
import { correlation } from './correlation.js';
import { filterGradientTotal, partialFilterGradient, partsOf } from './filter-gradient.js';
import type { KernelContext } from './kernel.js';
import { rowsOf, run, type Shape4, view } from './program.js';
import { stridedInputGradient } from './strided-input-gradient.js';
import { textureWidth } from './texel-walk.js';

/** The gradient of conv2d with respect to its filter [filterHeight, filterWidth, inChannels, outChannels]. */
export function conv2DBackpropFilter(
  { backend }: KernelContext,
  { x, dy }: { x: TensorInfo; dy: TensorInfo },
  attrs: Conv2DBackpropFilterAttrs,
  stock: StockKernel,
): TensorInfo | TensorInfo[] {
  const filterShape = attrs.filterShape as Shape4;
  const shape = convolutionShape(x.shape as Shape4, filterShape, dy, attrs);
  return shape === undefined ? stock() : filterGradient(backend, shape, { x, dy });
}

/** The gradient of the filter [filterHeight, filterWidth, inChannels / groups, outChannels]; several groups must be `inPairs`. */
export function filterGradient(
  backend: MathBackendWebGL,
  shape: GroupedConvolutionShape,
  { x, dy }: { x: TensorInfo; dy: TensorInfo },
): TensorInfo {
  const parts = partsOf(shape);
  const widths = { x: textureWidth(backend, x), dy: textureWidth(backend, dy) };
  const partial = run(backend, partialFilterGradient(shape, parts, widths), [rowsOf(x), rowsOf(dy)]);
  return sumOfParts(backend, shape, parts, partial);
}

/** Adds the parts of the filter's gradient, and disposes of them. */
export function sumOfParts(
  backend: MathBackendWebGL,
  shape: GroupedConvolutionShape,
  parts: number,
  partial: TensorInfo,
): TensorInfo {
  const { filterHeight, filterWidth, inChannels, groups, outChannels } = shape;
  const filterShape = [filterHeight, filterWidth, inChannels / groups, outChannels];
  if (parts === 1) return view(partial, filterShape);
  const total = run(backend, filterGradientTotal(shape, parts), [partial]);
  backend.disposeIntermediateTensorInfo(partial);
  return view(total, filterShape);
}

/** The gradient of conv2d with respect to its input [batch, height, width, inChannels]. */
export function conv2DBackpropInput(
  { backend }: KernelContext,
  { dy, filter }: { dy: TensorInfo; filter: TensorInfo },
  attrs: Conv2DBackpropInputAttrs,
  stock: StockKernel,
): TensorInfo | TensorInfo[] {
  const inputShape = attrs.inputShape as Shape4;
  const shape = convolutionShape(inputShape, filter.shape as Shape4, dy, attrs);
  return (shape && inputGradient(backend, shape, { dy, filter })) ?? stock();
}

/**
 * The gradient of the input [batch, height, width, inChannels]; several groups must be `inPairs`. Undefined for strides
 * that our programs don't take.
 */
export function inputGradient(
  backend: MathBackendWebGL,
  shape: GroupedConvolutionShape,
  { dy, filter }: { dy: TensorInfo; filter: TensorInfo },
): TensorInfo | undefined {
  const { batch, height, width, inChannels, strideHeight, strideWidth } = shape;
  const unstrided = strideHeight === 1 && strideWidth === 1;
  if (!unstrided && strideWidth !== 2) return undefined;
  const widths = { dy: textureWidth(backend, dy), filter: textureWidth(backend, filter) };
  const program = unstrided
    ? correlation(gradientShape(shape), { rotated: true }, { x: widths.dy, filter: widths.filter })
    : stridedInputGradient(shape, widths);
  return view(run(backend, program, [rowsOf(dy), rowsOf(filter)]), [batch, height, width, inChannels]);
}

/** The convolution's shape; undefined if it is left to the stock kernel, or dy doesn't have the output's shape. */
function convolutionShape(
  inputShape: Shape4,
  filterShape: Shape4,
  dy: TensorInfo,
  { strides, pad, dataFormat, dimRoundingMode }: Omit<Conv2DBackpropInputAttrs, 'inputShape'>,
): GroupedConvolutionShape | undefined {
  if (dataFormat === 'NCHW') return undefined;
  const info = backend_util.computeConv2DInfo(inputShape, filterShape, strides, 1, pad, dimRoundingMode);
  if (!util.arraysEqual(info.outShape, dy.shape) || inputShape[3] !== filterShape[2]) return undefined;
  return inOneGroup(convolutionShapeOf(info));
}

/** The shape of the convolution of dy with the rotated filter, which is the gradient at stride 1. */
function gradientShape(shape: GroupedConvolutionShape): GroupedConvolutionShape {
  return {
    ...shape,
    height: shape.outHeight,
    width: shape.outWidth,
    inChannels: shape.outChannels,
    outHeight: shape.height,
    outWidth: shape.width,
    outChannels: shape.inChannels,
    top: (shape.filterHeight - 1) * shape.dilationHeight - shape.top,
    left: (shape.filterWidth - 1) * shape.dilationWidth - shape.left,
  };
}
