import {
  checkShape,
  type ConvolutionShape,
  convolutionShapeOf,
  forActivation,
  type FusedConvAddAttributes,
  type KernelInputs,
  kernelNames,
  type StockKernel,
} from '@resnetjs/backend';
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
import { runWinograd, suitsWinograd } from './winograd.js';

type Shape4 = [number, number, number, number];
type Filtered = { x: TensorInfo; filter: TensorInfo };
type Fused = Filtered & { bias?: TensorInfo | null; preluActivationWeights?: TensorInfo | null };

/** Activations as ranges that results are clamped to; others are left to the stock kernel. */
const bounds = {
  linear: { lowest: -Infinity, highest: Infinity },
  relu: { lowest: 0, highest: Infinity },
  relu6: { lowest: 0, highest: 6 },
} as const;

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
  const bounded = (bounds as Readonly<Record<string, (typeof bounds)['relu6'] | undefined>>)[
    attrs.activation
  ];
  const plainBias =
    !bias || (bias.dtype === 'float32' && bias.shape.length === 1 && bias.shape[0] === shape?.outChannels);
  if (shape === null || bounded === undefined || !plainBias) {
    return stock();
  }
  return convolve(context, shape, inputs, { bias: bias ?? null, ...bounded });
}

/** activation(x convolved with filter + bias + addend) [batch, outHeight, outWidth, outChannels], in one pass. */
export function fusedConvAdd(
  context: KernelContext,
  { x, filter, bias, addend }: KernelInputs<'x' | 'filter' | 'bias' | 'addend'>,
  { strides, pad, activation }: FusedConvAddAttributes,
): TensorInfo {
  const { linear, relu } = bounds;
  const bounded = forActivation('fusedConvAdd', activation, { linear, relu });
  const info = infoOf(kernelNames.fusedConvAdd, { x, filter }, { strides: [...strides], pad, dilations: 1 });
  const shape = convolutionShapeOf(info);
  checkShape('fusedConvAdd', { addend }, outShapeOf(shape));
  checkShape('fusedConvAdd', { bias }, [shape.outChannels]);
  return convolve(context, shape, { x, filter }, { bias, addend, ...bounded });
}

function convolve(
  context: KernelContext,
  shape: ConvolutionShape,
  { x, filter }: Filtered,
  finish?: Finish,
): TensorInfo {
  if (context.tiles && suitsWinograd(shape)) return runWinograd(context, shape, { x, filter, finish });
  const inputs = { image: x, right: filter, keep: true, finish };
  return runPlan(context, planForward(shape), inputs, outShapeOf(shape));
}

const outShapeOf = ({ batch, outHeight, outWidth, outChannels }: ConvolutionShape) => [
  ...[batch, outHeight, outWidth, outChannels],
];

/** The convolution's shape; null if it is left to the stock kernel. */
function describe(
  kernel: string,
  { x, filter }: Filtered,
  attrs: Conv2DAttrs | FusedConv2DAttrs,
): ConvolutionShape | null {
  const { dataFormat } = attrs;
  if (dataFormat === 'NCHW' || x.dtype !== 'float32' || filter.dtype !== 'float32') return null;
  const info = infoOf(kernel, { x, filter }, attrs);
  if (dataFormat !== 'NHWC' || info.dilationHeight !== 1 || info.dilationWidth !== 1) return null;
  return convolutionShapeOf(info);
}

type Windows = Pick<Conv2DAttrs, 'strides' | 'pad' | 'dilations'> &
  Partial<Pick<Conv2DAttrs, 'dimRoundingMode'>>;

function infoOf(kernel: string, { x, filter }: Filtered, attrs: Windows) {
  const { strides, pad, dilations, dimRoundingMode } = attrs;
  checkFilter(kernel, x.shape, filter.shape);
  return backend_util.computeConv2DInfo(
    x.shape as Shape4,
    filter.shape as Shape4,
    strides,
    dilations,
    pad,
    dimRoundingMode,
  );
}
