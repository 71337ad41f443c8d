import type { OnnxFileNode } from '../containers/onnx/onnx-file.js';
import { noPlace } from './merges.js';
import {
  computed,
  filled,
  maxValues,
  plain,
  type Constant,
  type Inputs,
  valuesOf,
} from './onnx-constants.js';
import { elements } from '../containers/container.js';

export async function unary(
  node: OnnxFileNode,
  inputs: Inputs,
  apply: (a: number) => number,
): Promise<Constant> {
  const constant = first(node, inputs);
  return computed((await valuesOf(constant)).map(apply), constant.shape, plain(constant.dtype));
}

/** Value by value, of two constants whose shapes are broadcast, or of what both fill. */
export async function binary(
  node: OnnxFileNode,
  [a, b]: Inputs,
  {
    apply,
    shape: given,
  }: { readonly apply: (a: number, b: number) => number; readonly shape?: readonly number[] },
): Promise<Constant> {
  if (a === undefined || b === undefined) throw noPlace(node, 'it lacks an input');
  const shape = given ?? broadcast(node, a.shape, b.shape);
  const dtype = plain(a.dtype);
  if (a.fill !== undefined && b.fill !== undefined) return filled(apply(a.fill, b.fill), shape, dtype);
  if (elements(shape) > maxValues) {
    throw noPlace(node, `it computes ${elements(shape)} values from constants; export with constants folded`);
  }
  const [left, right] = [await valuesOf(a), await valuesOf(b)];
  const values = Array.from({ length: elements(shape) }, (_, index) =>
    apply(left[placeIn(a.shape, shape, index)] as number, right[placeIn(b.shape, shape, index)] as number),
  );
  return computed(values, shape, dtype);
}

export function broadcast(node: OnnxFileNode, a: readonly number[], b: readonly number[]): readonly number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [left, right] = [a.at(axis - rank) ?? 1, b.at(axis - rank) ?? 1];
    const [own, other] = [axis - rank < -a.length ? 1 : left, axis - rank < -b.length ? 1 : right];
    if (own !== other && own !== 1 && other !== 1) {
      throw noPlace(node, `it takes [${a.join(', ')}] and [${b.join(', ')}]`);
    }
    return own === 1 ? other : own;
  });
}

/** Where the value for a place in a shape is among those of a tensor that is broadcast to it. */
function placeIn(own: readonly number[], shape: readonly number[], index: number): number {
  let [rest, place, step] = [index, 0, 1];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] as number;
    const ownSize = own[axis - shape.length + own.length] ?? 1;
    if (ownSize !== 1) place += (rest % size) * step;
    step *= ownSize;
    rest = Math.floor(rest / size);
  }
  return place;
}

export function first(node: OnnxFileNode, [constant]: Inputs): Constant {
  if (constant !== undefined) return constant;
  throw noPlace(node, 'it lacks an input');
}
