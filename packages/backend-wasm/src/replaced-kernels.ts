import { backend_util, type KernelFunc, type TensorInfo } from '@tensorflow/tfjs-core';
import type { FusedBatchNormAttrs, MaxPoolGradAttrs } from '@tensorflow/tfjs-core';
import { normalizeGiven } from './batch-norm.js';
import { addressOf, type KernelContext, makeOutput, withScratch } from './heap.js';

/** Kernels that TensorFlow.js has for Wasm, and that take a tenth of their time as one SIMD pass. */

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
  inputs: BatchNormInputs,
  attrs: FusedBatchNormAttrs,
  stock: KernelFunc,
): TensorInfo | TensorInfo[] {
  const { backend } = context;
  const { x, mean, variance, offset, scale } = inputs;
  const channels = x.shape.at(-1) ?? 1;
  const perChannel = [mean, variance, offset, scale].every(
    (moment) => !moment || (moment.shape.length === 1 && moment.shape[0] === channels),
  );
  // TensorFlow.js also takes moments of other shapes, and repeats them along x.
  if (!perChannel) return stock({ inputs: inputs as never, attrs: attrs as never, backend });
  const y = makeOutput(backend, x.shape);
  const at = (tensor?: TensorInfo | null) => (tensor ? addressOf(backend, tensor) : 0);
  const rows = x.shape.slice(0, -1).reduce((product, n) => product * n, 1);
  withScratch(backend, (allocate) =>
    normalizeGiven(
      { ...context, allocate, rows, channels, epsilon: attrs.varianceEpsilon, relu: false },
      at(y),
      { x: at(x), mean: at(mean), variance: at(variance), scale: at(scale), offset: at(offset) },
    ),
  );
  return y;
}

/** The gradient of maxPool with respect to its input; among equals the first gets it, as on the cpu backend. */
export function maxPoolGrad(
  { backend, team }: KernelContext,
  { dy, input, output }: { dy: TensorInfo; input: TensorInfo; output: TensorInfo },
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
