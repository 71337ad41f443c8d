import type { OnnxFileNode } from '../containers/onnx/onnx-file.js';
import { noPlace } from './merges.js';
import { intOf, intsOf } from './onnx-attributes.js';
import { computed, type Constant, type Inputs, valuesOf } from './onnx-constants.js';
import { elements } from '../containers/container.js';

/** The shape of a result or a constant as a constant: all of it, or the axes from `start` up to `end`. */
export function shapeOf(node: OnnxFileNode, shape: readonly number[]): Constant {
  const own = shape.slice(intOf(node, 'start', 0), intOf(node, 'end', shape.length));
  return computed(own, [own.length], 'I64');
}

/** A list of whole numbers. Throws `bad-file` if there is none. */
export async function listOf(node: OnnxFileNode, list: Constant | undefined): Promise<readonly number[]> {
  if (list === undefined) throw noPlace(node, 'it lacks an input');
  if (list.shape.length > 1) throw noPlace(node, `it takes a table of [${list.shape.join(', ')}] for a list`);
  return valuesOf(list);
}

/** The axes of a node, an attribute or an input; undefined if it has none. */
export async function axesOf(
  node: OnnxFileNode,
  input: Constant | undefined,
): Promise<readonly number[] | undefined> {
  return input === undefined ? intsOf(node, 'axes') : listOf(node, input);
}

/** The shape that Reshape gives. */
export function reshaped(
  node: OnnxFileNode,
  shape: readonly number[],
  target: readonly number[],
): readonly number[] {
  const copies = intOf(node, 'allowzero', 0) === 0;
  const sizes = target.map((size, axis) => (size === 0 && copies ? (shape[axis] ?? -2) : size));
  const open = sizes.filter((size) => size === -1).length;
  const known = elements(sizes.filter((size) => size !== -1));
  const result = sizes.map((size) => (size === -1 ? elements(shape) / known : size));
  const fits =
    open <= 1 &&
    result.every((size) => Number.isSafeInteger(size) && size >= 0) &&
    elements(result) === elements(shape);
  if (!fits) throw noPlace(node, `it reshapes [${shape.join(', ')}] to [${target.join(', ')}]`);
  return result;
}

/** The shape without axes of size 1: all of them, or those that are said. */
export function squeezed(
  node: OnnxFileNode,
  shape: readonly number[],
  axes: readonly number[] | undefined,
): readonly number[] {
  const gone = axes?.map((axis) => positive(node, axis, shape.length));
  const isGone = (size: number, axis: number) => (gone === undefined ? size === 1 : gone.includes(axis));
  if (gone?.some((axis) => shape[axis] !== 1)) {
    throw noPlace(node, `it squeezes axes [${gone.join(', ')}] of [${shape.join(', ')}]`);
  }
  return shape.filter((size, axis) => !isGone(size, axis));
}

/** The shape with axes of size 1 where they are said. */
export function unsqueezed(
  node: OnnxFileNode,
  shape: readonly number[],
  axes: readonly number[],
): readonly number[] {
  const rank = shape.length + axes.length;
  const added = new Set(axes.map((axis) => positive(node, axis, rank)));
  if (added.size !== axes.length || rank > 16) throw noPlace(node, `it adds axes [${axes.join(', ')}]`);
  const sizes = shape[Symbol.iterator]();
  return Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : (sizes.next().value as number)));
}

/** The shape that Flatten gives. */
export function flattened(node: OnnxFileNode, shape: readonly number[]): readonly number[] {
  const axis = intOf(node, 'axis', 1);
  const at = axis === shape.length ? axis : positive(node, axis, shape.length);
  return [elements(shape.slice(0, at)), elements(shape.slice(at))];
}

/** An axis that may be counted from the end. */
export function positive(node: OnnxFileNode, axis: number, rank: number): number {
  const own = axis < 0 ? axis + rank : axis;
  if (own >= 0 && own < rank) return own;
  throw noPlace(node, `it names axis ${axis} of ${rank}`);
}

/** The permutation of a Transpose. */
export function permutationOf(node: OnnxFileNode, rank: number): readonly number[] {
  const axes = intsOf(node, 'perm') ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
  const isPermutation =
    axes.length === rank && axes.toSorted((a, b) => a - b).every((axis, at) => axis === at);
  if (isPermutation) return axes;
  throw noPlace(node, `it moves axes to [${axes.join(', ')}]`);
}

/** A slice of one axis: from `start` on, by `step`, and not up to `end`. */
export interface AxisSlice {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** The slices of a Slice node, within the shape. */
export async function slicesOf(
  node: OnnxFileNode,
  shape: readonly number[],
  [, starts, ends, axes, steps]: Inputs,
): Promise<readonly AxisSlice[]> {
  const from = starts ? await listOf(node, starts) : intsOf(node, 'starts');
  const to = ends ? await listOf(node, ends) : intsOf(node, 'ends');
  const along = axes ? await listOf(node, axes) : (intsOf(node, 'axes') ?? from?.map((_, axis) => axis));
  const by = steps ? await listOf(node, steps) : from?.map(() => 1);
  const lists = [from, to, along, by];
  if (lists.some((list) => list === undefined || list.length !== from?.length)) {
    throw noPlace(node, 'it slices, and its starts, ends, axes and steps are not equally many');
  }
  return (along as readonly number[]).map((given, index) => {
    const axis = positive(node, given, shape.length);
    const size = shape[axis] as number;
    const step = by?.[index] as number;
    if (step === 0 || !Number.isSafeInteger(step)) throw noPlace(node, `it slices in steps of ${step}`);
    const bound = (value: number) =>
      Math.max(step > 0 ? 0 : -1, Math.min(value < 0 ? value + size : value, step > 0 ? size : size - 1));
    return {
      axis,
      step,
      start: Math.max(0, bound(from?.[index] as number)),
      end: bound(to?.[index] as number),
    };
  });
}

export function shapeIn(node: OnnxFileNode, sizes: readonly number[]): readonly number[] {
  if (sizes.length <= 16 && sizes.every((size) => size >= 0) && Number.isSafeInteger(elements(sizes)))
    return sizes;
  throw noPlace(node, `it makes a tensor of [${sizes.join(', ')}]`);
}
