import { addressOf, type KernelContext, makeOutput, withScratch } from './heap.js';
import { cutProduct, type Offsets, type Plan } from './convolution-plan.js';
import type { Address } from './microkernels.js';
import { floatsWorthwhile } from './threads/team.js';
import type { TensorInfo } from '@tensorflow/tfjs-core';

/** What is done to each finished sum of a product. */
export interface Finish {
  readonly bias: TensorInfo | null;
  readonly lowest: number;
  readonly highest: number;
}

/** Computes a plan: the image [batch, height, width, channels], the right matrix, the shape to fill. */
export function runPlan(
  { backend, microkernels, team }: KernelContext,
  plan: Plan,
  image: TensorInfo,
  right: TensorInfo,
  outputShape: readonly number[],
  finish?: Finish,
): TensorInfo {
  const output = makeOutput(backend, outputShape);
  try {
    withScratch(backend, (allocate) => {
      const table = (offsets: Offsets): Address => {
        const [n0, n1, n2] = offsets.counts;
        const [s0, s1, s2] = offsets.steps;
        const address = allocate(4 * count(offsets));
        microkernels.fillOffsets(address, n0, 4 * s0, n1, 4 * s1, n2, 4 * s2);
        return address;
      };
      const target = addressOf(backend, output);
      if (plan.zeroFirst) team.share('zero', [target], size(outputShape), floatsWorthwhile);

      let left = addressOf(backend, image);
      if (plan.padding !== null) {
        const [batch, height, width, channels] = image.shape as [number, number, number, number];
        const padded = plan.padding;
        const copy = allocate(4 * batch * padded.height * padded.width * channels);
        team.share(
          'padImages',
          [copy, left, height, width, channels, padded.top, padded.left, padded.height, padded.width],
          batch * padded.height,
          Math.ceil(floatsWorthwhile / (padded.width * channels)),
        );
        left = copy;
      }
      for (const product of plan.products) {
        const rows = count(product.leftRows);
        const columns = count(product.rightColumns);
        const depth = count(product.leftDepths);
        if (rows === 0 || columns === 0 || depth === 0) continue;
        const parts = cutProduct(rows, columns, depth, team.threads);
        const rightStart = addressOf(backend, right) + 4 * product.rightDepths.start;
        const rightDepths = table(product.rightDepths);
        const rightColumns = table(product.rightColumns);
        let packed = 0;
        if (parts.packFirst) {
          packed = allocate(microkernels.packRightBytes(columns, depth));
          const pieces = microkernels.packRightItems(columns, depth);
          team.share('packRight', [packed, rightStart, rightDepths, rightColumns, depth, columns], pieces, 1);
        }
        const bytesEach = microkernels.multiplyScratchBytes(parts.rows, parts.columns, depth);
        team.share(
          'multiply',
          [
            left + 4 * product.leftRows.start,
            table(product.leftRows),
            table(product.leftDepths),
            rightStart,
            rightDepths,
            rightColumns,
            packed,
            target + 4 * product.targetRows.start,
            table(product.targetRows),
            depth,
            finish !== undefined,
            finish?.bias ? addressOf(backend, finish.bias) : 0,
            finish?.lowest ?? 0,
            finish?.highest ?? 0,
            rows,
            columns,
            parts.rows,
            parts.columns,
          ],
          Math.ceil(rows / parts.rows) * Math.ceil(columns / parts.columns),
          1,
          { address: allocate(bytesEach * team.threads), bytesEach },
        );
      }
    });
  } catch (error) {
    backend.disposeData(output.dataId);
    throw error;
  }
  return output;
}

function count({ counts: [n0, n1, n2] }: Offsets): number {
  return n0 * n1 * n2;
}

function size(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}
