import type { Dtype } from '../containers/container.js';
import type { OnnxFileNode } from '../containers/onnx/onnx-file.js';
import { floatValues } from '../float-values.js';
import { permuteAxes } from '../layouts.js';
import { noPlace } from './merges.js';
import { binary, broadcast, first, unary } from './onnx-arithmetic.js';
import { intOf } from './onnx-attributes.js';
import {
  computed,
  filled,
  isFloat,
  isFloatType,
  maxValues,
  plain,
  stored,
  type Constant,
  type Inputs,
  valuesOf,
} from './onnx-constants.js';
import { elements } from '../containers/container.js';
import {
  axesOf,
  flattened,
  listOf,
  permutationOf,
  positive,
  reshaped,
  shapeIn,
  shapeOf,
  slicesOf,
  squeezed,
  unsqueezed,
} from './onnx-shapes.js';

type Fold = (node: OnnxFileNode, inputs: Inputs) => Constant | Promise<Constant>;

/** More rearrangements of one tensor than this are refused. */
const maxDepth = 16;

/** What nodes make of constants, by operator. */
const folds: Readonly<Record<string, Fold>> = {
  Constant: constantNode,
  ConstantOfShape: async (node, inputs) => {
    const shape = shapeIn(node, await listOf(node, inputs[0]));
    const value = node.attributes.get('value')?.tensor;
    if (value === undefined) return filled(0, shape, 'F32');
    if (typeof value === 'string') throw noPlace(node, `its value is of a type that isn't read (${value})`);
    const [fill = 0] = await valuesOf(stored(value));
    return filled(fill, shape, plain(value.dtype));
  },
  Identity: (node, inputs) => first(node, inputs),
  Cast: (node, inputs) => cast(first(node, inputs), typeOf(intOf(node, 'to', 1))),
  CastLike: (node, inputs) => cast(first(node, inputs), inputs[1]?.dtype ?? 'F32'),
  Shape: (node, inputs) => shapeOf(node, first(node, inputs).shape),
  Reshape: async (node, inputs) => {
    const constant = first(node, inputs);
    return { ...constant, shape: reshaped(node, constant.shape, await listOf(node, inputs[1])) };
  },
  Squeeze: async (node, inputs) => {
    const constant = first(node, inputs);
    return { ...constant, shape: squeezed(node, constant.shape, await axesOf(node, inputs[1])) };
  },
  Unsqueeze: async (node, inputs) => {
    const constant = first(node, inputs);
    return { ...constant, shape: unsqueezed(node, constant.shape, (await axesOf(node, inputs[1])) ?? []) };
  },
  Flatten: (node, inputs) => {
    const constant = first(node, inputs);
    return { ...constant, shape: flattened(node, constant.shape) };
  },
  Transpose: (node, inputs) => transposed(node, first(node, inputs)),
  Expand: async (node, inputs) => {
    const constant = first(node, inputs);
    const wanted = shapeIn(node, await listOf(node, inputs[1]));
    const shape = broadcast(node, constant.shape, wanted);
    if (constant.fill !== undefined) return filled(constant.fill, shape, plain(constant.dtype));
    return binary(node, [constant, computed([1], [1], constant.dtype)], { shape, apply: (a) => a });
  },
  Concat: concatenated,
  Gather: gathered,
  Slice: sliced,
  Range: async (node, inputs) => {
    const [start = 0, limit = 0, step = 1] = await Promise.all(
      inputs.map(async (each) => (each ? (await valuesOf(each))[0] : undefined)),
    );
    const count = Math.max(0, Math.ceil((limit - start) / step));
    if (!(count <= maxValues)) throw noPlace(node, `it makes ${count} numbers`);
    const values = Array.from({ length: count }, (_, index) => start + index * step);
    return computed(values, [count], plain(first(node, inputs).dtype));
  },
  Neg: (node, inputs) => unary(node, inputs, (a) => -a),
  Sqrt: (node, inputs) => unary(node, inputs, Math.sqrt),
  Add: (node, inputs) => binary(node, inputs, { apply: (a, b) => a + b }),
  Sub: (node, inputs) => binary(node, inputs, { apply: (a, b) => a - b }),
  Mul: (node, inputs) => binary(node, inputs, { apply: (a, b) => a * b }),
  Div: (node, inputs) => {
    const isWhole = !isFloat(inputs[0]?.dtype ?? 'F32');
    return binary(node, inputs, { apply: (a, b) => (isWhole ? Math.trunc(a / b) : a / b) });
  },
  Equal: async (node, inputs) => {
    const equal = await binary(node, inputs, { apply: (a, b) => (a === b ? 1 : 0) });
    return computed(await valuesOf(equal), equal.shape, 'BOOL');
  },
  Where: async (node, inputs) => {
    const [condition, a, b] = inputs;
    if (!condition || !a || !b) throw noPlace(node, 'it lacks an input');
    const [asked, left, right] = await Promise.all([condition, a, b].map(valuesOf));
    if (![condition, b].every(({ shape }) => String(shape) === String(a.shape))) {
      throw noPlace(node, 'it chooses among constants of different shapes');
    }
    const values = (asked as readonly number[]).map((yes, index) => (yes ? left : right)?.[index] ?? 0);
    return computed(values, a.shape, plain(a.dtype));
  },
};

/** Whether a node may be computed before any image comes, given constants. */
export function isFolded({ type, domain }: OnnxFileNode): boolean {
  return domain === '' && Object.hasOwn(folds, type);
}

/** What a node makes of constants. Throws `bad-file`. */
export async function fold(node: OnnxFileNode, inputs: Inputs): Promise<Constant> {
  return (folds[node.type] as Fold)(node, inputs);
}

async function constantNode(node: OnnxFileNode): Promise<Constant> {
  const { attributes } = node;
  const tensor = attributes.get('value')?.tensor;
  if (typeof tensor === 'string') throw noPlace(node, `it holds ${tensor}`);
  if (tensor !== undefined) return stored(tensor);
  const float = attributes.get('value_float')?.float;
  if (float !== undefined) return computed([float], [], 'F32');
  const int = attributes.get('value_int')?.int;
  if (int !== undefined) return computed([int], [], 'I64');
  const floats = attributes.get('value_floats')?.floats;
  if (floats !== undefined) return computed(floats, [floats.length], 'F32');
  const ints = attributes.get('value_ints')?.ints ?? (attributes.has('value_ints') ? [] : undefined);
  if (ints !== undefined) return computed(ints, [ints.length], 'I64');
  throw noPlace(node, 'it is a constant without a value that is read');
}

/** In which a value of TensorProto.DataType is computed further. */
const typeOf = (type: number): Dtype => (isFloatType(type) ? 'F32' : type === 9 ? 'BOOL' : 'I64');

async function cast(constant: Constant, to: Dtype): Promise<Constant> {
  const { dtype, shape } = constant;
  if (dtype === to || (to !== 'BOOL' && isFloat(dtype) === isFloat(to))) return constant;
  const values = await valuesOf(constant);
  if (to === 'BOOL')
    return computed(
      values.map((value) => (value === 0 ? 0 : 1)),
      shape,
      to,
    );
  return computed(isFloat(to) ? values : values.map(Math.trunc), shape, plain(to));
}

/** A weight's values are rearranged when they are read. */
function transposed(node: OnnxFileNode, constant: Constant): Constant {
  const { dtype, shape } = constant;
  const axes = permutationOf(node, shape.length);
  const moved = axes.map((axis) => shape[axis] as number);
  if (constant.fill !== undefined) return { ...constant, shape: moved };
  if (!isFloat(dtype) && elements(shape) > maxValues) throw noPlace(node, 'it rearranges whole numbers');
  if (constant.depth >= maxDepth) throw noPlace(node, `it rearranges a tensor more than ${maxDepth} times`);
  const read = async () => {
    const values = isFloat(dtype)
      ? floatValues(node.name, dtype, await constant.read())
      : Float32Array.from(await valuesOf(constant));
    const result = permuteAxes(values, shape, axes);
    return isFloat(dtype) ? new Uint8Array(result.buffer) : computed([...result], moved, 'I64').read();
  };
  return { kind: 'constant', dtype: plain(dtype), shape: moved, depth: constant.depth + 1, read };
}

/** Parts along an axis, each a few values, or all of one. */
async function concatenated(node: OnnxFileNode, inputs: Inputs): Promise<Constant> {
  const parts = inputs.map((each) => first(node, [each]));
  const one = first(node, inputs);
  const axis = positive(node, intOf(node, 'axis', 0), one.shape.length);
  const others = (shape: readonly number[]) => String(shape.with(axis, 0));
  if (parts.some(({ shape }) => shape.length !== one.shape.length || others(shape) !== others(one.shape))) {
    throw noPlace(node, 'it joins constants of different shapes');
  }
  const size = parts.reduce((sum, { shape }) => sum + (shape[axis] as number), 0);
  const shape = one.shape.with(axis, size);
  if (elements(shape) > maxValues) throw noPlace(node, `it joins ${elements(shape)} values of constants`);
  const outer = elements(shape.slice(0, axis));
  const lists = await Promise.all(parts.map(valuesOf));
  const values = Array.from({ length: outer }, (_, row) =>
    lists.flatMap((list) => list.slice((row * list.length) / outer, ((row + 1) * list.length) / outer)),
  ).flat();
  return computed(values, shape, plain(one.dtype));
}

async function gathered(node: OnnxFileNode, inputs: Inputs): Promise<Constant> {
  const constant = first(node, inputs);
  const indices = first(node, inputs.slice(1));
  const axis = positive(node, intOf(node, 'axis', 0), constant.shape.length);
  const places = (await valuesOf(indices)).map((each) =>
    positive(node, each, constant.shape[axis] as number),
  );
  const chosen = await chosenAlong(node, constant, axis, places);
  const shape = [...constant.shape.slice(0, axis), ...indices.shape, ...constant.shape.slice(axis + 1)];
  return { ...chosen, shape };
}

async function sliced(node: OnnxFileNode, inputs: Inputs): Promise<Constant> {
  let constant = first(node, inputs);
  for (const { axis, start, end, step } of await slicesOf(node, constant.shape, inputs)) {
    const places: number[] = [];
    if ((constant.shape[axis] as number) > maxValues) throw noPlace(node, 'it takes a part of weights');
    for (let at = start; step > 0 ? at < end : at > end; at += step) places.push(at);
    constant = await chosenAlong(node, constant, axis, places);
  }
  return constant;
}

/** A constant's values at places along an axis. */
async function chosenAlong(
  node: OnnxFileNode,
  { shape: before, dtype, ...constant }: Constant,
  axis: number,
  places: readonly number[],
): Promise<Constant> {
  const shape = before.with(axis, places.length);
  if (elements(shape) > maxValues) throw noPlace(node, `it takes ${elements(shape)} values of a constant`);
  const values = await valuesOf({ ...constant, shape: before, dtype });
  const inner = elements(before.slice(axis + 1));
  const size = before[axis] as number;
  const outer = elements(before.slice(0, axis));
  const chosen = Array.from({ length: outer }, (_, row) =>
    places.flatMap((place) => values.slice((row * size + place) * inner, (row * size + place + 1) * inner)),
  ).flat();
  return computed(chosen, shape, plain(dtype));
}
