import {
  backend_util,
  type Conv2DAttrs,
  type FusedConv2DAttrs,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import {
  type ConvolutionShape,
  convolutionShapeOf,
  type GroupedConvolutionShape,
  type StockKernel,
} from '@resnetjs/backend';
import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import { type ActivationCode, activationCode, isShaderActivation } from './activation.js';
import { correlation } from './correlation.js';
import type { KernelContext } from './kernel.js';
import { rowsOf, run, type Shape4, view } from './program.js';
import { textureWidth } from './texel-walk.js';

export interface ConvolutionInputs {
  readonly x: TensorInfo;
  readonly filter: TensorInfo;
}

interface FusedInputs extends ConvolutionInputs {
  readonly bias?: TensorInfo | null;
  readonly preluActivationWeights?: TensorInfo | null;
}

/** x [batch, height, width, inChannels] convolved with a filter [filterHeight, filterWidth, inChannels, outChannels]. */
export function conv2D(
  context: KernelContext,
  inputs: ConvolutionInputs,
  attrs: Conv2DAttrs,
  stock: StockKernel,
) {
  return convolve(context, inputs, attrs) ?? stock();
}

/** The same with a bias [outChannels] and an activation that the shaders compute, in one pass. */
export function fusedConv2D(
  context: KernelContext,
  inputs: FusedInputs,
  attrs: FusedConv2DAttrs,
  stock: StockKernel,
) {
  const { bias, preluActivationWeights } = inputs;
  const activation: string = attrs.activation ?? 'linear';
  const perChannel = !bias || (bias.shape.length === 1 && bias.shape[0] === inputs.filter.shape[3]);
  if (!isShaderActivation(activation) || !perChannel || preluActivationWeights) return stock();
  return convolve(context, inputs, attrs, { bias, activation: activationCode[activation] }) ?? stock();
}

/** What is computed with a convolution. */
export interface Finish {
  readonly bias?: TensorInfo | null | undefined;
  readonly activation?: ActivationCode;
}

/** With fewer channels, as in a network's first layer, a walk along a row of the filter is too short to pay off. */
const minChannels = 8;

/** The convolution, undefined if it is left to the stock kernel. */
function convolve(
  { backend }: KernelContext,
  { x, filter }: ConvolutionInputs,
  attrs: Conv2DAttrs | FusedConv2DAttrs,
  finish: Finish = {},
): TensorInfo | undefined {
  const { strides, pad, dilations, dimRoundingMode, dataFormat } = attrs;
  if (dataFormat === 'NCHW') return undefined;
  const [xShape, filterShape] = [x.shape as Shape4, filter.shape as Shape4];
  const info = backend_util.computeConv2DInfo(xShape, filterShape, strides, dilations, pad, dimRoundingMode);
  if (info.dilationHeight !== 1 || info.dilationWidth !== 1 || info.strideWidth > 2) return undefined;
  const shape = convolutionShapeOf(info);
  if (shape.inChannels !== filterShape[2]) return undefined; // a grouped convolution
  if (!isOurs(shape)) return undefined;
  return correlate(backend, inOneGroup(shape), { x, filter }, finish);
}

/** The sizes of a convolution without groups or dilation. */
export function inOneGroup(shape: ConvolutionShape): GroupedConvolutionShape {
  return { ...shape, groups: 1, dilationHeight: 1, dilationWidth: 1 };
}

/** The convolution by our program. */
export function correlate(
  backend: MathBackendWebGL,
  shape: GroupedConvolutionShape,
  { x, filter }: ConvolutionInputs,
  { bias, activation = activationCode.linear }: Finish,
): TensorInfo {
  const inputs = [rowsOf(x), rowsOf(filter), ...(bias ? [bias] : [])];
  const widths = { x: textureWidth(backend, x), filter: textureWidth(backend, filter) };
  const program = correlation(shape, { bias: Boolean(bias), activation }, widths);
  const { batch, outHeight, outWidth, outChannels } = shape;
  return view(run(backend, program, inputs), [batch, outHeight, outWidth, outChannels]);
}

/** Whether our program is the better one for this shape. */
function isOurs({ inChannels, filterHeight, filterWidth, strideWidth }: ConvolutionShape): boolean {
  const pixelwise = filterHeight === 1 && filterWidth === 1;
  // TensorFlow.js's own would add what texels hold beyond the last channel.
  if (pixelwise && inChannels % 2 !== 0) return true;
  // Half of every texel would be read for nothing: TensorFlow.js, which copies what it needs first, is faster.
  if (filterWidth === 1 && strideWidth === 2) return false;
  return inChannels >= minChannels;
}
