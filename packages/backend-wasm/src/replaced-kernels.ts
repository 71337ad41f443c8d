import type { KernelInputs, StockKernel } from '@resnetjs/backend';
import { backend_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { AvgPoolGradAttrs, FusedBatchNormAttrs, MaxPoolGradAttrs } from '@tensorflow/tfjs-core';
import { normalizeGiven } from './batch-norm.js';
import { addressOf, type KernelContext, makeOutput, withScratch } from './heap.js';
import { floatsWorthwhile } from './threads/team.js';

// Kernels that TensorFlow.js has for Wasm, too, but that are faster as one SIMD pass in several threads.

interface BatchNormInputs {
  x: TensorInfo;
  mean: TensorInfo;
  variance: TensorInfo;
  offset?: TensorInfo | null;
  scale?: TensorInfo | null;
}

/** Batch normalization of x [batch, height, width, channels] with given moments. */
export function fusedBatchNorm(
  context: KernelContext,
  { x, mean, variance, offset, scale }: BatchNormInputs,
  attrs: FusedBatchNormAttrs,
  stock: StockKernel,
): TensorInfo | TensorInfo[] {
  const channels = x.shape.at(-1) ?? 1;
  const perChannel = [mean, variance, offset, scale].every(
    (moment) => !moment || (moment.shape.length === 1 && moment.shape[0] === channels),
  );
  // TensorFlow.js also accepts moments of other shapes, and broadcasts them.
  if (!perChannel) return stock();
  const { backend } = context;
  const y = makeOutput(backend, x.shape);
  const at = (tensor?: TensorInfo | null) => (tensor ? addressOf(backend, tensor) : 0);
  const rows = util.sizeFromShape(x.shape.slice(0, -1));
  withScratch(backend, (allocate) =>
    normalizeGiven(
      { ...context, allocate, rows, channels, epsilon: attrs.varianceEpsilon, relu: false },
      at(y),
      { x: at(x), mean: at(mean), variance: at(variance), scale: at(scale), offset: at(offset) },
    ),
  );
  return y;
}

/** The gradient of maxPool with respect to its input; of several maxima the first gets it, as on the cpu backend. */
export function maxPoolGrad(
  { backend, team }: KernelContext,
  { dy, input, output }: KernelInputs<'dy' | 'input' | 'output'>,
  { filterSize, strides, pad, dimRoundingMode }: MaxPoolGradAttrs,
): TensorInfo {
  const shape = input.shape as [number, number, number, number];
  const [batch, height, width, channels] = shape;
  const info = backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
  const at = (tensor: TensorInfo) => addressOf(backend, tensor);
  const dx = makeOutput(backend, shape);
  team.share(
    'maxPoolGradient',
    [
      at(dx),
      at(dy),
      at(input),
      at(output),
      height,
      width,
      channels,
      info.outHeight,
      info.outWidth,
      info.filterHeight,
      info.filterWidth,
      info.strideHeight,
      info.strideWidth,
      info.padInfo.top,
      info.padInfo.left,
    ],
    batch,
    1,
  );
  return dx;
}

/** The gradient of avgPool with respect to its input; each pixel of a window gets the same part, as in TensorFlow.js. */
export function avgPoolGrad(
  { backend, team }: KernelContext,
  { dy, input }: KernelInputs<'dy' | 'input'>,
  { filterSize, strides, pad }: AvgPoolGradAttrs,
): TensorInfo {
  const shape = input.shape as [number, number, number, number];
  const [batch, height, width, channels] = shape;
  const info = backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad);
  const { filterHeight, filterWidth } = info;
  const dyAddress = addressOf(backend, dy);
  const dx = makeOutput(backend, shape);
  team.share(
    'averagePoolGradient',
    [
      addressOf(backend, dx),
      dyAddress,
      1 / (filterHeight * filterWidth),
      height,
      width,
      channels,
      info.outHeight,
      info.outWidth,
      filterHeight,
      filterWidth,
      info.strideHeight,
      info.strideWidth,
      info.padInfo.top,
      info.padInfo.left,
    ],
    batch,
    1,
  );
  return dx;
}

/** a + b, of one shape; broadcasting is left to the stock kernel. */
export function add(
  { backend, team }: KernelContext,
  { a, b }: KernelInputs<'a' | 'b'>,
  _attrs: object,
  stock: StockKernel,
): TensorInfo | TensorInfo[] {
  const sameShape = isFloat(a) && isFloat(b) && util.arraysEqual(a.shape, b.shape);
  if (!sameShape) return stock();
  const y = makeOutput(backend, a.shape);
  const at = (tensor: TensorInfo) => addressOf(backend, tensor);
  team.share('add', [at(y), at(a), at(b)], util.sizeFromShape(a.shape), floatsWorthwhile);
  return y;
}

/** max(0, x). */
export function relu(
  { backend, team }: KernelContext,
  { x }: KernelInputs<'x'>,
  _attrs: object,
  stock: StockKernel,
): TensorInfo | TensorInfo[] {
  if (!isFloat(x)) return stock();
  const y = makeOutput(backend, x.shape);
  const size = util.sizeFromShape(x.shape);
  team.share('relu', [addressOf(backend, y), addressOf(backend, x)], size, floatsWorthwhile);
  return y;
}

function isFloat({ dtype }: TensorInfo): boolean {
  return dtype === 'float32';
}
