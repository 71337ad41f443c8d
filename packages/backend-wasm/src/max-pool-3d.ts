import type { KernelInputs } from '@resnetjs/backend';
import {
  backend_util,
  type MaxPool3DAttrs,
  type MaxPool3DGradAttrs,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { addressOf, type KernelContext, makeOutput } from './heap.js';
import type { VolumePoolingSizes } from './microkernels.js';
import { floatsWorthwhile } from './threads/team.js';

// TensorFlow.js's own kernels take windows of negative numbers alone for windows of zeros.

/** x [batch, depth, height, width, channels], pooled. */
export function maxPool3D(
  { backend, team }: KernelContext,
  { x }: KernelInputs<'x'>,
  attrs: MaxPool3DAttrs,
): TensorInfo {
  const info = describe(x, attrs);
  const from = addressOf(backend, x);
  const y = makeOutput(backend, info.outShape);
  team.share(
    'maxPool3d',
    [addressOf(backend, y), from, ...volumePoolingSizes(info)],
    info.batchSize * info.outDepth * info.outHeight,
    Math.ceil(floatsWorthwhile / Math.max(info.outWidth * info.outChannels, 1)),
  );
  return y;
}

/** The gradient of maxPool3d with respect to its input; of several maxima the last gets it, as on the cpu backend. */
export function maxPool3DGrad(
  { backend, team }: KernelContext,
  { dy, input, output }: KernelInputs<'dy' | 'input' | 'output'>,
  attrs: MaxPool3DGradAttrs,
): TensorInfo {
  const info = describe(input, attrs);
  const [dyAt, x, y] = [dy, input, output].map((tensor) => addressOf(backend, tensor)) as [
    number,
    number,
    number,
  ];
  const dx = makeOutput(backend, input.shape);
  team.share(
    'maxPool3dGradient',
    [addressOf(backend, dx), dyAt, x, y, ...volumePoolingSizes(info)],
    info.batchSize,
    1,
  );
  return dx;
}

function describe(
  { shape }: TensorInfo,
  { filterSize, strides, pad, dimRoundingMode }: MaxPool3DGradAttrs,
): backend_util.Conv3DInfo {
  const volume = shape as [number, number, number, number, number];
  return backend_util.computePool3DInfo(volume, filterSize, strides, 1, pad, dimRoundingMode);
}

export function volumePoolingSizes(info: backend_util.Conv3DInfo): VolumePoolingSizes {
  return [
    info.inDepth,
    info.inHeight,
    info.inWidth,
    info.inChannels,
    info.outDepth,
    info.outHeight,
    info.outWidth,
    info.filterDepth,
    info.filterHeight,
    info.filterWidth,
    info.strideDepth,
    info.strideHeight,
    info.strideWidth,
    info.padInfo.front,
    info.padInfo.top,
    info.padInfo.left,
  ];
}
