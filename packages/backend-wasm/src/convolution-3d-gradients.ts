import {
  BackendError,
  convolutionShapeOf,
  type ConvolutionShape,
  type KernelInputs,
} from '@resnetjs/backend';
import {
  backend_util,
  Conv3DBackpropFilterV2,
  type Conv3DBackpropFilterV2Attrs,
  Conv3DBackpropInputV2,
  type Conv3DBackpropInputV2Attrs,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core';
import { planFilterGradient, planInputGradient } from './convolution-plan.js';
import { addressOf, computeOutput, type KernelContext, withScratch } from './heap.js';
import { computePlan } from './run-plan.js';
import { floatsWorthwhile } from './threads/team.js';

// A slice of the filter along the depth is the filter of a convolution of images: it takes every slice of x that it meets
// to a slice of y. TensorFlow.js's own gradients are wrong: its input gradient always, its filter gradient with a stride.

type Shape5 = [number, number, number, number, number];
type Info = backend_util.Conv3DInfo;

/** The gradient of conv3d with respect to its filter [filterDepth, filterHeight, filterWidth, inChannels, outChannels]. */
export function conv3DBackpropFilterV2(
  context: KernelContext,
  { x, dy }: KernelInputs<'x' | 'dy'>,
  { strides, pad, filterShape }: Conv3DBackpropFilterV2Attrs,
): TensorInfo {
  const { backend, team } = context;
  const info = describe(
    Conv3DBackpropFilterV2,
    { x: x.shape, filter: filterShape, dy: dy.shape },
    { strides, pad },
  );
  const shape = sliceShape(info);
  const plan = planFilterGradient(shape);
  const [from, right] = [addressOf(backend, x), addressOf(backend, dy)];
  const { inDepth, outDepth, filterDepth, strideDepth, padInfo } = info;
  const slice = shape.height * shape.width * shape.inChannels;
  const filterSlice = filterShape.slice(1);
  return computeOutput(backend, filterShape, (dFilter) => {
    for (let tap = 0; tap < filterDepth; tap++)
      withScratch(backend, (allocate) => {
        const met = allocate(4 * slice * shape.batch);
        team.share(
          'padImages',
          [met, from, inDepth, 1, slice, padInfo.front - tap, 0, outDepth, 1, strideDepth],
          shape.batch,
          Math.ceil(floatsWorthwhile / Math.max(slice, 1)),
        );
        computePlan({ ...context, allocate }, plan, {
          image: { address: met, shape: [shape.batch, shape.height, shape.width, shape.inChannels] },
          right,
          target: { address: dFilter + 4 * tap * util.sizeFromShape(filterSlice), shape: filterSlice },
        });
      });
  });
}

/** The gradient of conv3d with respect to its input [batch, depth, height, width, inChannels]. */
export function conv3DBackpropInputV2(
  context: KernelContext,
  { dy, filter }: KernelInputs<'dy' | 'filter'>,
  { strides, pad, inputShape }: Conv3DBackpropInputV2Attrs,
): TensorInfo {
  const { backend, team } = context;
  const info = describe(
    Conv3DBackpropInputV2,
    { x: inputShape, filter: filter.shape, dy: dy.shape },
    { strides, pad },
  );
  const shape = sliceShape(info);
  const plan = planInputGradient(shape);
  const [image, right] = [addressOf(backend, dy), addressOf(backend, filter)];
  const { inDepth, outDepth, filterDepth, strideDepth, padInfo } = info;
  const slices = [shape.batch, shape.height, shape.width, shape.inChannels];
  const slice = util.sizeFromShape(slices.slice(1));
  const filterSlice = util.sizeFromShape(filter.shape.slice(1));
  return computeOutput(backend, inputShape, (dx) => {
    team.share('zero', [dx], util.sizeFromShape(inputShape), floatsWorthwhile);
    for (let tap = 0; tap < filterDepth; tap++)
      withScratch(backend, (allocate) => {
        const reached = allocate(4 * slice * shape.batch);
        computePlan({ ...context, allocate }, plan, {
          image: { address: image, shape: [shape.batch, shape.outHeight, shape.outWidth, shape.outChannels] },
          right: right + 4 * tap * filterSlice,
          target: { address: reached, shape: slices },
        });
        for (let out = 0; out < shape.batch; out++) {
          const z = (out % outDepth) * strideDepth + tap - padInfo.front;
          if (z < 0 || z >= inDepth) continue;
          const to = dx + 4 * slice * (Math.floor(out / outDepth) * inDepth + z);
          team.share('add', [to, to, reached + 4 * slice * out], slice, floatsWorthwhile);
        }
      });
  });
}

/** The convolution of images that a slice of the filter does, with a slice of y as an image. */
function sliceShape(info: Info): ConvolutionShape {
  return { ...convolutionShapeOf(info), batch: info.batchSize * info.outDepth };
}

function describe(
  kernel: string,
  { x, filter, dy }: Readonly<Record<'x' | 'filter' | 'dy', number[]>>,
  { strides, pad }: Pick<Conv3DBackpropInputV2Attrs, 'strides' | 'pad'>,
): Info {
  const info = backend_util.computeConv3DInfo(x as Shape5, filter as Shape5, strides, 1, pad);
  const { outShape } = info;
  if (filter[3] !== x[4] || dy.length !== 5 || !dy.every((n, axis) => n === outShape[axis])) {
    throw new BackendError(
      'bad-arguments',
      `${kernel}: dy [${dy.join(', ')}] does not have the shape [${outShape.join(', ')}] of a convolution of [${x.join(', ')}] with a filter [${filter.join(', ')}].`,
    );
  }
  return info;
}
