import type { KernelInputs, StockKernel } from '@resnetjs/backend';
import {
  backend_util,
  type GatherV2Attrs,
  reshape,
  type Tensor,
  type Tensor1D,
  tensor1d,
  type TensorInfo,
  tidy,
  gather,
  util,
} from '@tensorflow/tfjs-core';

/** Entries of x along an axis, by index. TensorFlow.js's own kernel reads the wrong ones if there are batch dimensions. */
export function gatherV2(
  _context: unknown,
  { x, indices }: KernelInputs<'x' | 'indices'>,
  { axis, batchDims }: GatherV2Attrs,
  stock: StockKernel,
): TensorInfo | TensorInfo[] {
  if (batchDims === 0) return stock();
  const [parsedAxis] = util.parseAxisParam(axis, x.shape) as [number];
  const { collectGatherOpShapeInfo } = backend_util.segment_util;
  const info = collectGatherOpShapeInfo(x as Tensor, indices as Tensor, parsedAxis, batchDims);
  const { batchSize, outerSize, dimSize, sliceSize, outputShape } = info;
  return tidy(() => {
    const each = util.sizeFromShape(indices.shape) / batchSize;
    const rows = new Int32Array(batchSize * outerSize * each);
    const values = (indices as Tensor).dataSync();
    for (let place = 0; place < rows.length; place++) {
      const block = Math.floor(place / each); // of batchSize · outerSize
      const index = values[Math.floor(block / outerSize) * each + (place % each)] as number;
      util.assert(
        index >= 0 && index < dimSize,
        () => `GatherV2: the index value ${index} is not in [0, ${dimSize - 1}]`,
      );
      rows[place] = block * dimSize + index;
    }
    const table = reshape(x as Tensor, [batchSize * outerSize * dimSize, sliceSize]);
    return reshape(gather(table, tensor1d(rows, 'int32') as Tensor1D), outputShape);
  });
}
