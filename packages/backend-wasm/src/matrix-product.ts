import type { KernelInputs, StockKernel } from '@resnetjs/backend';
import type { BatchMatMulAttrs, TensorInfo } from '@tensorflow/tfjs-core';
import { line, oneGroup, planProduct } from './convolution-plan.js';
import type { KernelContext } from './heap.js';
import { runPlan } from './run-plan.js';

/** a [rows, depth] · b [depth, columns], either transposed; batches of products are left to the stock kernel. */
export function batchMatMul(
  context: KernelContext,
  { a, b }: KernelInputs<'a' | 'b'>,
  attrs: BatchMatMulAttrs,
  stock: StockKernel,
): TensorInfo | TensorInfo[] {
  const { transposeA, transposeB } = attrs;
  const single = [a, b].every(({ dtype, shape }) => {
    return dtype === 'float32' && shape.slice(0, -2).every((count) => count === 1);
  });
  const [rows, depth] = matrix(a, transposeA);
  const [rightDepth, columns] = matrix(b, transposeB);
  if (!single || depth !== rightDepth) {
    return stock();
  }
  const product = {
    leftRows: transposeA ? line(rows, 1) : line(rows, depth),
    leftDepths: transposeA ? line(depth, rows) : line(depth, 1),
    rightDepths: transposeB ? line(depth, 1) : line(depth, columns),
    rightColumns: transposeB ? line(columns, depth) : line(columns, 1),
    targetRows: line(rows, columns),
    groups: oneGroup,
  };
  const plan = planProduct(product, null);
  const batches = a.shape.length >= b.shape.length ? a.shape.slice(0, -2) : b.shape.slice(0, -2);
  return runPlan(context, plan, { image: a, right: b, keep: true }, [...batches, rows, columns]);
}

function matrix({ shape }: TensorInfo, transposed: boolean): [rows: number, columns: number] {
  const [rows, columns] = shape.slice(-2) as [number, number];
  return transposed ? [columns, rows] : [rows, columns];
}
