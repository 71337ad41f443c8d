import {
  type ConvolutionShape,
  convolutionShapeOf,
  type KernelInputs,
  type StockKernel,
} from '@resnetjs/backend';
import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { backend_util, type Conv2DBackpropFilterAttrs, type TensorInfo } from '@tensorflow/tfjs-core';

type Shape4 = [number, number, number, number];

/** The gradient of conv2d with respect to its filter [filterHeight, filterWidth, inChannels, outChannels]. */
export function conv2DBackpropFilter(
  { backend }: { readonly backend: MathBackendCPU },
  { x, dy }: KernelInputs<'x' | 'dy'>,
  attrs: Conv2DBackpropFilterAttrs,
  stock: StockKernel,
): TensorInfo {
  const { filterShape, strides, pad, dataFormat, dimRoundingMode } = attrs;
  if (dataFormat !== 'NHWC') return stock();
  const shapes = [x.shape as Shape4, filterShape as Shape4] as const;
  const info = backend_util.computeConv2DInfo(...shapes, strides, 1, pad, dimRoundingMode);
  const values = ({ dataId }: TensorInfo) => backend.readSync(dataId) as Float32Array;
  const gradient = filterGradient(convolutionShapeOf(info), values(x), values(dy));
  return backend.makeTensorInfo(filterShape, 'float32', gradient);
}

/**
 * The gradient [filterHeight, filterWidth, inChannels, outChannels] of a convolution with respect to its filter, from x
 * [batch, height, width, inChannels] and dy [batch, outHeight, outWidth, outChannels]: for each position in the filter, the
 * sum of the outer products of x and dy over all output pixels, accumulated in float64.
 */
function filterGradient(shape: ConvolutionShape, x: Float32Array, dy: Float32Array): Float32Array {
  const { filterHeight, filterWidth, inChannels, outChannels } = shape;
  const size = inChannels * outChannels;
  const gradient = new Float32Array(filterHeight * filterWidth * size);
  const sum = new Float64Array(size);
  for (let row = 0; row < filterHeight; row++) {
    for (let column = 0; column < filterWidth; column++) {
      sum.fill(0);
      addOuterProducts(shape, { row, column }, { x, dy, sum });
      gradient.set(sum, (row * filterWidth + column) * size);
    }
  }
  return gradient;
}

function addOuterProducts(
  shape: ConvolutionShape,
  { row, column }: { readonly row: number; readonly column: number },
  { x, dy, sum }: { readonly x: Float32Array; readonly dy: Float32Array; readonly sum: Float64Array },
): void {
  const { batch, height, width, inChannels, outHeight, outWidth, outChannels } = shape;
  const rows = validRange(outHeight, height, shape.strideHeight, row - shape.top);
  const columns = validRange(outWidth, width, shape.strideWidth, column - shape.left);
  for (let image = 0; image < batch; image++) {
    for (let y = rows.from; y < rows.to; y++) {
      const xRow = image * height + y * shape.strideHeight + row - shape.top;
      for (let z = columns.from; z < columns.to; z++) {
        const xAt = (xRow * width + z * shape.strideWidth + column - shape.left) * inChannels;
        const dyAt = ((image * outHeight + y) * outWidth + z) * outChannels;
        for (let from = 0, at = 0; from < inChannels; from++) {
          const value = x[xAt + from]!;
          for (let to = 0; to < outChannels; to++, at++) sum[at]! += value * dy[dyAt + to]!;
        }
      }
    }
  }
}

/** Along one axis, the output positions whose input pixel, `offset` from the window's start, is inside the image. */
function validRange(
  outSize: number,
  size: number,
  stride: number,
  offset: number,
): { from: number; to: number } {
  return {
    from: Math.max(0, Math.ceil(-offset / stride)),
    to: Math.min(outSize, Math.ceil((size - offset) / stride)),
  };
}
