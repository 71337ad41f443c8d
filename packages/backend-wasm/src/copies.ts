import type { KernelInputs, StockKernel } from '@resnetjs/backend';
import {
  slice_util,
  type SliceAttrs,
  type StridedSliceAttrs,
  type TensorInfo,
  type TileAttrs,
  util,
} from '@tensorflow/tfjs-core';
import { addressOf, type KernelContext, makeOutput } from './heap.js';
import { floatsWorthwhile } from './threads/team.js';

// TensorFlow.js's own kernels copy number by number, or a pixel at a time in JavaScript.

/** An axis of a copy: how many, and how far apart in the source, in floats; 0 repeats. */
type Axis = readonly [count: number, step: number];

/** x from `begin` on. */
export function slice(
  context: KernelContext,
  { x }: KernelInputs<'x'>,
  { begin, size }: SliceAttrs,
  stock: StockKernel,
): TensorInfo | TensorInfo[] {
  const [from, shape] = slice_util.parseSliceParams(x as never, begin, size) as [number[], number[]];
  const steps = stepsOf(x.shape);
  const start = from.reduce((sum, at, axis) => sum + at * (steps[axis] as number), 0);
  const axes = shape.map((count, axis): Axis => [count, steps[axis] as number]);
  return copy(context, x, { start, axes, shape }) ?? stock();
}

/** Every n-th value of x along each axis. */
export function stridedSlice(
  context: KernelContext,
  { x }: KernelInputs<'x'>,
  attrs: StridedSliceAttrs,
  stock: StockKernel,
): TensorInfo | TensorInfo[] {
  const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attrs;
  const info = slice_util.sliceInfo(
    x.shape,
    begin,
    end,
    strides,
    beginMask,
    endMask,
    ellipsisMask,
    newAxisMask,
    shrinkAxisMask,
  );
  const counts = slice_util.computeOutShape(info.begin, info.end, info.strides);
  const steps = stepsOf(x.shape);
  const sum = (values: readonly number[]) =>
    values.reduce((total, value, axis) => total + value * (steps[axis] as number), 0);
  const axes = counts.map(
    (count, axis): Axis => [count, (info.strides[axis] as number) * (steps[axis] as number)],
  );
  return copy(context, x, { start: sum(info.begin), axes, shape: info.finalShape }) ?? stock();
}

/** x, repeated along each axis. */
export function tile(
  context: KernelContext,
  { x }: KernelInputs<'x'>,
  { reps }: TileAttrs,
  stock: StockKernel,
): TensorInfo | TensorInfo[] {
  const steps = stepsOf(x.shape);
  const axes = x.shape.flatMap((count, axis): Axis[] => [
    [reps[axis] as number, 0],
    [count, steps[axis] as number],
  ]);
  const shape = x.shape.map((count, axis) => count * (reps[axis] as number));
  return copy(context, x, { start: 0, axes, shape }) ?? stock();
}

interface Copy {
  /** In floats. */
  readonly start: number;
  readonly axes: readonly Axis[];
  readonly shape: readonly number[];
}

/** null if x is empty or not float32, or the axes are too many. */
function copy(
  { backend, team }: KernelContext,
  x: TensorInfo,
  { start, axes, shape }: Copy,
): TensorInfo | null {
  if (x.dtype !== 'float32' || util.sizeFromShape([...shape]) === 0) return null;
  const merged = merge(axes);
  const inner = merged.at(-1)?.[1] === 1 ? (merged.pop() as Axis)[0] : 1;
  if (merged.length > 4) return null;
  const [outer, second, third, fourth] = [...merged, ...Array<Axis>(4 - merged.length).fill([1, 0])] as [
    Axis,
    Axis,
    Axis,
    Axis,
  ];
  const y = makeOutput(backend, shape);
  const each = (inner * second[0] * third[0] * fourth[0]) as number;
  const steps = [second, third, fourth].flatMap(([count, step]) => [count, 4 * step]);
  team.share(
    'copyBlocks',
    [
      addressOf(backend, y),
      addressOf(backend, x) + 4 * start,
      4 * outer[1],
      ...(steps as [number, number, number, number, number, number]),
      4 * inner,
    ],
    outer[0],
    Math.ceil(floatsWorthwhile / each),
  );
  return y;
}

/** The axes without those of one, and those that are one in memory as one. */
function merge(axes: readonly Axis[]): Axis[] {
  const merged: Axis[] = [];
  for (const [count, step] of axes) {
    if (count === 1) continue;
    const [before, stepBefore] = merged.at(-1) ?? [0, Number.NaN];
    if (stepBefore === count * step) merged[merged.length - 1] = [before * count, step];
    else merged.push([count, step]);
  }
  return merged;
}

/** The steps of a shape's axes in memory, in floats. */
function stepsOf(shape: readonly number[]): number[] {
  return shape.map((_, axis) => util.sizeFromShape(shape.slice(axis + 1)));
}
