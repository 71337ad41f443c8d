import { BackendError, type KernelInputs } from '@resnetjs/backend';
import { backend_util, type Dilation2DAttrs, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { addressOf, computeOutput, type KernelContext } from './heap.js';
import type { Address, DilationSizes } from './microkernels.js';

// TensorFlow.js's own kernels take windows whose sums are all negative for windows of zeros.

type Info = backend_util.Conv2DInfo;
type Inputs = KernelInputs<'x' | 'filter'>;

/** The maximum of x plus filter [filterHeight, filterWidth, channels] in each window. */
export function dilation2D(
  { backend, team }: KernelContext,
  inputs: Inputs,
  attrs: Dilation2DAttrs,
): TensorInfo {
  const info = describe(inputs, attrs);
  const [x, filter] = [addressOf(backend, inputs.x), addressOf(backend, inputs.filter)];
  return computeOutput(backend, info.outShape, (y) =>
    team.share('dilate', [y, 0, 0, x, filter, 0, ...dilationSizes(info)], info.batchSize, 1),
  );
}

/** The gradient of dilation2d with respect to x. */
export function dilation2DBackpropInput(
  { backend, team }: KernelContext,
  { x, filter, dy }: Inputs & KernelInputs<'dy'>,
  attrs: Dilation2DAttrs,
): TensorInfo {
  const info = describe({ x, filter, dy }, attrs);
  const at = [x, filter, dy].map((tensor) => addressOf(backend, tensor)) as [Address, Address, Address];
  return computeOutput(backend, x.shape, (dx) =>
    team.share('dilate', [0, dx, 0, ...at, ...dilationSizes(info)], info.batchSize, 1),
  );
}

/** The gradient of dilation2d with respect to the filter. */
export function dilation2DBackpropFilter(
  { backend, team, microkernels }: KernelContext,
  { x, filter, dy }: Inputs & KernelInputs<'dy'>,
  attrs: Dilation2DAttrs,
): TensorInfo {
  const info = describe({ x, filter, dy }, attrs);
  const at = [x, filter, dy].map((tensor) => addressOf(backend, tensor)) as [Address, Address, Address];
  const size = util.sizeFromShape(filter.shape);
  return computeOutput(backend, filter.shape, (dFilter, allocate) => {
    const sums = allocate(8 * size);
    team.share('zero', [sums], 2 * size, 2 * size);
    microkernels.dilate(0, 0, sums, ...at, ...dilationSizes(info), 0, info.batchSize);
    microkernels.roundSums(dFilter, sums, size);
  });
}

function describe({ x, filter, dy }: Inputs & { readonly dy?: TensorInfo }, attrs: Dilation2DAttrs): Info {
  const { strides, pad, dilations } = attrs;
  const xShape = x.shape as [number, number, number, number];
  const filterShape = filter.shape as [number, number, number];
  const info = backend_util.computeDilation2DInfo(xShape, filterShape, strides, pad, 'NHWC', dilations);
  const fits = filterShape[2] === info.inChannels && (!dy || util.arraysEqual(dy.shape, info.outShape));
  if (!fits) {
    const gradient = dy ? ` and dy [${dy.shape.join(', ')}]` : '';
    throw new BackendError(
      'bad-arguments',
      `Dilation2D: x [${xShape.join(', ')}] doesn't fit a filter [${filterShape.join(', ')}]${gradient}.`,
    );
  }
  return info;
}

export function dilationSizes(info: Info): DilationSizes {
  return [
    info.inHeight,
    info.inWidth,
    info.inChannels,
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
