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

/** The gradient of conv2d with respect to its filter [height, width, in, out]. */
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

/** The gradient of conv2d with respect to its input [batch, height, width, in]. */
export function conv2DBackpropInput(
  { backend }: KernelContext,
  { dy, filter }: { dy: TensorInfo; filter: TensorInfo },
  attrs: Conv2DBackpropInputAttrs,
  stock: StockKernel,
): TensorInfo | TensorInfo[] {
  const inputShape = attrs.inputShape as Shape4;
  const shape = convolutionShape(inputShape, filter.shape as Shape4, dy, attrs);
  if (shape === undefined || shape.strideWidth > 2) return stock();
  const alongRows = shape.strideHeight === 1 && shape.strideWidth === 1;
  if (!alongRows && shape.strideWidth === 1) return stock();
  const widths = { dy: textureWidth(backend, dy), filter: textureWidth(backend, filter) };
  const program = alongRows
    ? correlation(turnedShape(shape), { turned: true }, { x: widths.dy, filter: widths.filter })
    : stridedInputGradient(shape, widths);
  return view(run(backend, program, [rowsOf(dy), rowsOf(filter)]), inputShape);
}

/** Nothing where the form is not ours, or dy is no result of such a convolution. */
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

/** The convolution of dy with the turned filter, which is the gradient where the stride is 1. */
function turnedShape(shape: ConvolutionShape): ConvolutionShape {
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
