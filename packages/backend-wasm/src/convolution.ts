import { type ConvolutionShape, convolutionShapeOf, type StockKernel } from '@resnetjs/backend';
import {
  backend_util,
  Conv2D,
  type Conv2DAttrs,
  FusedConv2D,
  type FusedConv2DAttrs,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { checkFilter } from './check-filter.js';
import { planForward } from './convolution-plan.js';
import type { KernelContext } from './heap.js';
import { type Finish, runPlan } from './run-plan.js';

type Shape4 = [number, number, number, number];
type Filtered = { x: TensorInfo; filter: TensorInfo };
type Fused = Filtered & { bias?: TensorInfo | null; preluActivationWeights?: TensorInfo | null };

/** Activations as ranges that results are clamped to; others are left to the stock kernel. */
const bounds: Readonly<Record<string, Pick<Finish, 'lowest' | 'highest'>>> = {
  linear: { lowest: -Infinity, highest: Infinity },
  relu: { lowest: 0, highest: Infinity },
  relu6: { lowest: 0, highest: 6 },
};

/** x [batch, height, width, inChannels] convolved with a filter [filterHeight, filterWidth, inChannels, outChannels]. */
export function conv2D(
  context: KernelContext,
  inputs: Filtered,
  attrs: Conv2DAttrs,
  stock: StockKernel,
): TensorInfo | TensorInfo[] {
  const shape = describe(Conv2D, inputs, attrs);
  if (shape === null) return stock();
  return convolve(context, shape, inputs);
}

/** The same with a bias [outChannels] and an activation, in one pass. */
export function fusedConv2D(
  context: KernelContext,
  inputs: Fused,
  attrs: FusedConv2DAttrs,
  stock: StockKernel,
): TensorInfo | TensorInfo[] {
  const { bias } = inputs;
  const shape = describe(FusedConv2D, inputs, attrs);
  const bounded = bounds[attrs.activation];
  const plainBias =
    !bias || (bias.dtype === 'float32' && bias.shape.length === 1 && bias.shape[0] === shape?.outChannels);
  if (shape === null || bounded === undefined || !plainBias) {
    return stock();
  }
  return convolve(context, shape, inputs, { bias: bias ?? null, ...bounded });
}

function convolve(
  context: KernelContext,
  shape: ConvolutionShape,
  { x, filter }: Filtered,
  finish?: Finish,
): TensorInfo {
  const outShape = [shape.batch, shape.outHeight, shape.outWidth, shape.outChannels];
  return runPlan(context, planForward(shape), { image: x, right: filter, finish }, outShape);
}

/** The convolution's shape; null if it is left to the stock kernel. */
function describe(
  kernel: string,
  { x, filter }: Filtered,
  attrs: Conv2DAttrs | FusedConv2DAttrs,
): ConvolutionShape | null {
  const { strides, pad, dilations, dimRoundingMode, dataFormat } = attrs;
  if (dataFormat !== 'NCHW') checkFilter(kernel, x.shape, filter.shape);
  if (dataFormat !== 'NHWC' || x.dtype !== 'float32' || filter.dtype !== 'float32') return null;
  const info = backend_util.computeConv2DInfo(
    x.shape as Shape4,
    filter.shape as Shape4,
    strides,
    dilations,
    pad,
    dimRoundingMode,
  );
  if (info.dilationHeight !== 1 || info.dilationWidth !== 1) return null;
  return convolutionShapeOf(info);
}
