import type { KernelInputs, StockKernel } from '@resnetjs/backend';
import { backend_util, type MeanAttrs, type SumAttrs, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { addressOf, computeOutput, type KernelContext } from './heap.js';

// TensorFlow.js's own kernels transpose x first if the last axis stays, and leave the sum of nothing uninitialized.

/** Columns of one item of `sumRows`. */
const blockColumns = 32;
/** Number of rows of such a block from which on another thread pays off. */
const rowsWorthwhile = 256;
/** Bytes of its scratch. */
const blockBytes = 12 * blockColumns;

/**
 * The sum over axes that are beside each other, before others; the rest is left to the stock kernel. So is the sum of a matrix's
 * rows, a bias's gradient, in the stock kernel's order: trainings that began with it resume to the same bits.
 */
export function sum(
  context: KernelContext,
  { x }: KernelInputs<'x'>,
  attrs: SumAttrs,
  stock: StockKernel,
): TensorInfo | TensorInfo[] {
  const isMatrix = x.shape.length === 2 && !x.shape.includes(0);
  return (isMatrix ? null : reduceRows(context, x, attrs, () => 1)) ?? stock();
}

/** The mean over such axes. */
export function mean(
  context: KernelContext,
  { x }: KernelInputs<'x'>,
  attrs: MeanAttrs,
  stock: StockKernel,
): TensorInfo | TensorInfo[] {
  return reduceRows(context, x, attrs, (rows) => 1 / rows) ?? stock();
}

/** null if the axes aren't beside each other, or none stays behind them, or x isn't float32. */
function reduceRows(
  { backend, team }: KernelContext,
  x: TensorInfo,
  { axis, keepDims }: SumAttrs | MeanAttrs,
  scaleOf: (rows: number) => number,
): TensorInfo | null {
  const axes = util.parseAxisParam(axis, x.shape).sort((a, b) => a - b);
  const [firstAxis = 0, lastAxis = 0] = [axes[0], axes.at(-1)];
  const columns = util.sizeFromShape(x.shape.slice(lastAxis + 1));
  const beside = lastAxis - firstAxis === axes.length - 1;
  const isStock = columns === 1 && !x.shape.includes(0); // what is empty leaves its memory as it was
  if (x.dtype !== 'float32' || !beside || isStock) return null;
  const images = util.sizeFromShape(x.shape.slice(0, firstAxis));
  const [remaining, reduced] = backend_util.computeOutAndReduceShapes(x.shape, axes);
  const rows = util.sizeFromShape(reduced);
  const shape = keepDims ? backend_util.expandShapeToKeepDim(remaining, axes) : remaining;
  return computeOutput(backend, shape, (to, allocate) =>
    team.share(
      'sumRows',
      [to, addressOf(backend, x), rows, columns, scaleOf(rows)],
      images * Math.ceil(columns / blockColumns),
      Math.ceil(rowsWorthwhile / Math.max(rows, 1)),
      { address: allocate(blockBytes * team.threads), bytesEach: blockBytes },
    ),
  );
}
