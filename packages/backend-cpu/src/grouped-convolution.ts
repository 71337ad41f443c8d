import {
  checkShape,
  type FusedGroupedConvolutionAttributes,
  forActivation,
  type GroupedConvolutionAttributes,
  type GroupedConvolutionShape,
  groupedConvolutionShape,
  type KernelInputs,
  outputShapeOf,
} from '@resnetjs/backend';
import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { type TensorInfo, util } from '@tensorflow/tfjs-core';

// Convolutions with groups and dilation, and their gradients. Sums are float64, and rounded once.

interface Context {
  readonly backend: MathBackendCPU;
}

/** What the convolution fuses; NaN passes through it. */
const activations = {
  linear: (x: number) => x,
  relu: (x: number) => Math.max(0, x),
} as const;

/** activation(x convolved with filter + bias). */
export function convolution(
  { backend }: Context,
  { x, filter, bias }: KernelInputs<'x' | 'filter'> & { readonly bias?: TensorInfo | null },
  attrs: FusedGroupedConvolutionAttributes,
): TensorInfo {
  const activate = forActivation('convolution', attrs.activation, activations);
  const shape = groupedConvolutionShape('convolution', x.shape, filter.shape, attrs);
  const { outChannels } = shape;
  if (bias) checkShape('convolution', { bias }, [outChannels]);
  const offsets = bias ? valuesOf(backend, bias) : new Float32Array(outChannels);
  const [values, weights] = [valuesOf(backend, x), valuesOf(backend, filter)];
  const yShape = outputShapeOf(shape);
  const y = new Float64Array(util.sizeFromShape(yShape));
  eachRun(shape, (from, at, to, count) => {
    const value = values[from]!;
    for (let i = 0; i < count; i++) y[to + i]! += value * weights[at + i]!;
  });
  const result = Float32Array.from(y, (sum, i) => activate(sum + offsets[i % outChannels]!));
  return backend.makeTensorInfo(yShape, 'float32', result);
}

/** The gradient of x [batch, height, width, inChannels]. */
export function convolutionInputGradient(
  { backend }: Context,
  { dy, filter }: KernelInputs<'dy' | 'filter'>,
  attrs: GroupedConvolutionAttributes & { readonly inputShape: readonly number[] },
): TensorInfo {
  const xShape = [...attrs.inputShape];
  const shape = groupedConvolutionShape('convolutionInputGradient', xShape, filter.shape, attrs);
  checkShape('convolutionInputGradient', { dy }, outputShapeOf(shape));
  const [upstream, weights] = [valuesOf(backend, dy), valuesOf(backend, filter)];
  const dx = new Float64Array(util.sizeFromShape(xShape));
  eachRun(shape, (to, at, from, count) => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += upstream[from + i]! * weights[at + i]!;
    dx[to]! += sum;
  });
  return backend.makeTensorInfo(xShape, 'float32', Float32Array.from(dx));
}

/** The gradient of the filter [filterHeight, filterWidth, inChannels / groups, outChannels]. */
export function convolutionFilterGradient(
  { backend }: Context,
  { x, dy }: KernelInputs<'x' | 'dy'>,
  attrs: GroupedConvolutionAttributes & { readonly filterShape: readonly number[] },
): TensorInfo {
  const filterShape = [...attrs.filterShape];
  const shape = groupedConvolutionShape('convolutionFilterGradient', x.shape, filterShape, attrs);
  checkShape('convolutionFilterGradient', { dy }, outputShapeOf(shape));
  const [values, upstream] = [valuesOf(backend, x), valuesOf(backend, dy)];
  const gradient = new Float64Array(util.sizeFromShape(filterShape));
  eachRun(shape, (from, to, at, count) => {
    const value = values[from]!;
    for (let i = 0; i < count; i++) gradient[to + i]! += value * upstream[at + i]!;
  });
  return backend.makeTensorInfo(filterShape, 'float32', Float32Array.from(gradient));
}

/** The flat indices of a value of x, and of the first of `count` values of the filter and of y that belong to it. */
type Visit = (x: number, filter: number, y: number, count: number) => void;

/**
 * Calls back for every value of x under every position of the filter, with the values of y that it is added to and the filter's
 * that it is multiplied by first: those of its group, which lie side by side.
 */
function eachRun(shape: GroupedConvolutionShape, visit: Visit): void {
  const { batch, height, width, inChannels, outHeight, outWidth, outChannels, groups } = shape;
  const { filterHeight, filterWidth, strideHeight, strideWidth, dilationHeight, dilationWidth } = shape;
  const [inGroup, outGroup] = [inChannels / groups, outChannels / groups];
  for (let image = 0; image < batch; image++)
    for (let row = 0; row < outHeight; row++)
      for (let column = 0; column < outWidth; column++)
        for (let ky = 0; ky < filterHeight; ky++) {
          const y = row * strideHeight + ky * dilationHeight - shape.top;
          if (y < 0 || y >= height) continue;
          for (let kx = 0; kx < filterWidth; kx++) {
            const x = column * strideWidth + kx * dilationWidth - shape.left;
            if (x < 0 || x >= width) continue;
            const from = ((image * height + y) * width + x) * inChannels;
            const at = (ky * filterWidth + kx) * inGroup * outChannels;
            const to = ((image * outHeight + row) * outWidth + column) * outChannels;
            for (let c = 0; c < inChannels; c++) {
              const first = Math.floor(c / inGroup) * outGroup;
              visit(from + c, at + (c % inGroup) * outChannels + first, to + first, outGroup);
            }
          }
        }
}

function valuesOf(backend: MathBackendCPU, { dataId }: TensorInfo): Float32Array {
  return backend.readSync(dataId) as Float32Array;
}
