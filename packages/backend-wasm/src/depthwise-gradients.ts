import { BackendError, type KernelInputs } from '@resnetjs/backend';
import {
  backend_util,
  DepthwiseConv2dNativeBackpropFilter,
  type DepthwiseConv2dNativeBackpropFilterAttrs,
  DepthwiseConv2dNativeBackpropInput,
  type DepthwiseConv2dNativeBackpropInputAttrs,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { addressOf, computeOutput, type KernelContext } from './heap.js';
import type { Address, DepthwiseSizes } from './microkernels.js';
import { floatsWorthwhile, type Team } from './threads/team.js';

type Shape4 = [number, number, number, number];
type Info = backend_util.Conv2DInfo;

/** The gradient of depthwiseConv2d with respect to its filter [filterHeight, filterWidth, channels, multiplier]. */
export function depthwiseConv2dNativeBackpropFilter(
  { backend, team }: KernelContext,
  { x, dy }: KernelInputs<'x' | 'dy'>,
  attrs: DepthwiseConv2dNativeBackpropFilterAttrs,
): TensorInfo {
  const { filterShape } = attrs;
  const shapes = { x: x.shape, filter: filterShape, dy: dy.shape };
  const info = describe(DepthwiseConv2dNativeBackpropFilter, shapes, attrs);
  const inputs = { x: addressOf(backend, x), dy: addressOf(backend, dy) };
  return computeOutput(backend, filterShape, (dFilter, allocate) =>
    filterGradient({ team, allocate }, info, { dFilter, ...inputs }),
  );
}

/** The gradient of depthwiseConv2d with respect to its input [batch, height, width, channels]. */
export function depthwiseConv2dNativeBackpropInput(
  { backend, team }: KernelContext,
  { dy, filter }: KernelInputs<'dy' | 'filter'>,
  attrs: DepthwiseConv2dNativeBackpropInputAttrs,
): TensorInfo {
  const { inputShape } = attrs;
  const shapes = { x: inputShape, filter: filter.shape, dy: dy.shape };
  const info = describe(DepthwiseConv2dNativeBackpropInput, shapes, attrs);
  const inputs = { dy: addressOf(backend, dy), filter: addressOf(backend, filter) };
  return computeOutput(backend, inputShape, (dx, allocate) =>
    inputGradient({ team, allocate }, info, { dx, ...inputs }),
  );
}

interface DepthwiseRun {
  readonly team: Team;
  /** Allocates memory that is freed at the end of the call. */
  readonly allocate: (bytes: number) => Address;
}

/** Writes dx [batch, height, width, channels]. */
export function inputGradient(
  { team, allocate }: DepthwiseRun,
  info: Info,
  { dx, dy, filter }: Record<'dx' | 'dy' | 'filter', Address>,
): void {
  const { batchSize, inHeight, inWidth, outChannels, filterHeight, filterWidth } = info;
  const bytesEach = 4 * outChannels + 8 * filterHeight * filterWidth;
  team.share(
    'depthwiseInputGradient',
    [dx, dy, filter, ...sizesOf(info)],
    batchSize * inHeight,
    Math.ceil(floatsWorthwhile / Math.max(inWidth * outChannels, 1)),
    { address: allocate(bytesEach * team.threads), bytesEach },
  );
}

/** Most runs of rows that the filter's gradient is added from: each needs memory for a filter. */
const maxRuns = 64;

/** Writes dFilter [filterHeight, filterWidth, channels, multiplier]. */
export function filterGradient(
  { team, allocate }: DepthwiseRun,
  info: Info,
  { dFilter, x, dy }: Record<'dFilter' | 'x' | 'dy', Address>,
): void {
  const { batchSize, inWidth, outHeight, outWidth, outChannels, filterHeight, filterWidth } = info;
  const rows = batchSize * outHeight;
  const runRows = Math.max(Math.ceil(rows / maxRuns), Math.ceil(floatsWorthwhile / (outWidth * outChannels)));
  const count = Math.ceil(rows / runRows);
  const size = filterHeight * filterWidth * outChannels;
  const runs = allocate(4 * size * count);
  const bytesEach = 4 * inWidth * outChannels;
  const scratch = { address: allocate(bytesEach * team.threads), bytesEach };
  team.share('depthwiseFilterRuns', [runs, x, dy, rows, runRows, ...sizesOf(info)], count, 1, scratch);
  team.share('addRunsOf', [dFilter, runs, count, size], size, Math.ceil(floatsWorthwhile / maxRuns));
}

function sizesOf(info: Info): DepthwiseSizes {
  return [
    info.inHeight,
    info.inWidth,
    info.inChannels,
    info.outChannels / info.inChannels,
    info.outHeight,
    info.outWidth,
    info.filterHeight,
    info.filterWidth,
    info.strideHeight,
    info.strideWidth,
    info.dilationHeight,
    info.dilationWidth,
    info.padInfo.top,
    info.padInfo.left,
  ];
}

function describe(
  kernel: string,
  { x, filter, dy }: Readonly<Record<'x' | 'filter' | 'dy', number[]>>,
  { strides, pad, dilations, dimRoundingMode }: Omit<DepthwiseConv2dNativeBackpropInputAttrs, 'inputShape'>,
): Info {
  const info = backend_util.computeConv2DInfo(
    x as Shape4,
    filter as Shape4,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    true,
  );
  const { outShape } = info;
  if (filter[2] !== x[3] || dy.length !== 4 || !dy.every((n, axis) => n === outShape[axis])) {
    throw new BackendError(
      'bad-arguments',
      `${kernel}: dy [${dy.join(', ')}] does not have the shape [${outShape.join(', ')}] of a depthwise convolution of [${x.join(', ')}] with a filter [${filter.join(', ')}].`,
    );
  }
  return info;
}
