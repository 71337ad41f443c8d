import {
  backend_util,
  type Conv2DBackpropFilterAttrs,
  type Conv2DBackpropInputAttrs,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core';
import { type ConvolutionShape, convolutionShapeOf, type StockKernel } from '@resnetjs/backend';
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
  if (shape === undefined) return stock();
  const parts = partsOf(shape);
  const widths = { x: textureWidth(backend, x), dy: textureWidth(backend, dy) };
  const partial = run(backend, partialFilterGradient(shape, parts, widths), [rowsOf(x), rowsOf(dy)]);
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
  if (shape === undefined || shape.strideWidth > 2) return stock();
  const unstrided = shape.strideHeight === 1 && shape.strideWidth === 1;
  if (!unstrided && shape.strideWidth === 1) return stock();
  const widths = { dy: textureWidth(backend, dy), filter: textureWidth(backend, filter) };
  const program = unstrided
    ? correlation(gradientShape(shape), { rotated: true }, { x: widths.dy, filter: widths.filter })
    : stridedInputGradient(shape, widths);
  return view(run(backend, program, [rowsOf(dy), rowsOf(filter)]), inputShape);
}

/** The convolution's shape; undefined if it is left to the stock kernel, or dy doesn't have the output's shape. */
function convolutionShape(
  inputShape: Shape4,
  filterShape: Shape4,
  dy: TensorInfo,
  { strides, pad, dataFormat, dimRoundingMode }: Omit<Conv2DBackpropInputAttrs, 'inputShape'>,
): ConvolutionShape | undefined {
  if (dataFormat === 'NCHW') return undefined;
  const info = backend_util.computeConv2DInfo(inputShape, filterShape, strides, 1, pad, dimRoundingMode);
  if (!util.arraysEqual(info.outShape, dy.shape) || inputShape[3] !== filterShape[2]) return undefined;
  return convolutionShapeOf(info);
}

/** The shape of the convolution of dy with the rotated filter, which is the gradient at stride 1. */
function gradientShape(shape: ConvolutionShape): ConvolutionShape {
  return {
    ...shape,
    height: shape.outHeight,
    width: shape.outWidth,
    inChannels: shape.outChannels,
    outHeight: shape.height,
    outWidth: shape.width,
    outChannels: shape.inChannels,
    top: shape.filterHeight - 1 - shape.top,
    left: shape.filterWidth - 1 - shape.left,
  };
}
