import { BackendError, type KernelInputs } from '@resnetjs/backend';
import {
  Cast,
  engine,
  type Tensor,
  type TensorInfo,
  type UnsortedSegmentSumAttrs,
  util,
} from '@tensorflow/tfjs-core';
import { addressOf, computeOutput, type KernelContext } from './heap.js';
import { floatsWorthwhile } from './threads/team.js';

/** Columns of a segment that one thread adds up at a time. */
const partColumns = 64;

/**
 * y [numSegments, …columns] of x [...ids, …columns]: each row is added to the segment of its id. Rows whose id is negative
 * or not below numSegments are left out.
 */
export function unsortedSegmentSum(
  context: KernelContext,
  { x, segmentIds }: KernelInputs<'x' | 'segmentIds'>,
  attrs: UnsortedSegmentSumAttrs,
): TensorInfo {
  const { backend, team, microkernels } = context;
  const { numSegments } = attrs;
  const rank = segmentIds.shape.length;
  if (!util.arraysEqual(segmentIds.shape, x.shape.slice(0, rank))) {
    throw new BackendError(
      'bad-arguments',
      `UnsortedSegmentSum: x [${x.shape.join(', ')}] does not begin with the shape of segmentIds, [${segmentIds.shape.join(', ')}].`,
    );
  }
  if (x.dtype !== 'float32') return ofFloats(context, { x, segmentIds }, attrs);
  const ids = addressOf(backend, segmentIds, 'int32');
  const from = addressOf(backend, x);
  const columnShape = x.shape.slice(rank);
  const rows = util.sizeFromShape(segmentIds.shape);
  const columns = util.sizeFromShape(columnShape);
  return computeOutput(backend, [numSegments, ...columnShape], (y, allocate) => {
    const order = allocate(4 * rows);
    const starts = allocate(4 * (numSegments + 2));
    microkernels.sortBySegment(order, starts, ids, rows, numSegments);
    const parts = Math.ceil(columns / partColumns);
    const grain = Math.ceil(
      (floatsWorthwhile * numSegments) / Math.max(rows * Math.min(columns, partColumns), 1),
    );
    team.share('sumSegments', [y, from, order, starts, columns, partColumns], numSegments * parts, grain);
  });
}

/** The sums of whole numbers or booleans are float32, as on TensorFlow.js's cpu backend. */
function ofFloats(
  context: KernelContext,
  { x, segmentIds }: KernelInputs<'x' | 'segmentIds'>,
  attrs: UnsortedSegmentSumAttrs,
): TensorInfo {
  const floats = engine().runKernel<Tensor>(Cast, { x: x as Tensor }, { dtype: 'float32' });
  try {
    return unsortedSegmentSum(context, { x: floats, segmentIds }, attrs);
  } finally {
    floats.dispose();
  }
}
