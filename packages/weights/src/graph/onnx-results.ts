import type { Role, Shape } from '@resnetjs/core';
import type { OnnxFileNode } from '../containers/onnx/onnx-file.js';
import type { GraphNode, GraphOp } from './graph.js';
import { maxNameLength } from '../model-file/network-schema.js';
import { noPlace } from './merges.js';
import type { Constant } from './onnx-constants.js';
import { layerNameOf } from './onnx-names.js';
import type { Rescaling } from './rescaling.js';

/** What a node computes of images: a result of the graph, and how ONNX has it. */
export interface Result {
  readonly kind: 'result';
  /** The node of the graph. */
  readonly node: number;
  /** ONNX's, with the batch first. */
  readonly shape: readonly number[];
  /** Which of its axes has the channels. */
  readonly channelAxis: number;
  /** Whether it is a map in the graph; otherwise it is features, and the other axes have size 1. */
  readonly isMap: boolean;
  /** The map [height, width, channels] of which these features are the values, channels first. */
  readonly flattened: Shape | null;
  /** Whether something else takes it, too, or what it is another form of. */
  readonly isShared: boolean;
}

/** In which order ONNX has a parameter's values. */
export type ParameterOrder = 'oihw' | 'outIn' | 'inOut' | 'vector';

/** Where a parameter's values are. */
export interface ParameterSource {
  readonly constant: Constant;
  readonly order: ParameterOrder;
  /** The map that its features are the values of, channels first. */
  readonly flattened: Shape | null;
}

/** A parameter with a value for each channel. */
export const vector = (constant: Constant): ParameterSource => ({
  ...{ constant, order: 'vector', flattened: null },
});

/** A graph that is being read. */
export interface Reading {
  readonly nodes: GraphNode[];
  /** The parameters of each node that has some. */
  readonly sources: Map<number, Map<Role, ParameterSource>>;
  /** Names that nodes have, and how many others were made of each. */
  readonly names: Map<string, number>;
  /** Those of them that exporters count on, and that say nothing of a layer. */
  readonly counted: Set<string>;
  /** What is done to results channel by channel, by the node of the convolution, or of the normalization, that does it. */
  readonly scalings: Map<number, Rescaling>;
  /** Of which of the batch's variances the running ones are the average. */
  readonly runningVariance: 'biased' | 'unbiased';
  /** The name of the file's result. */
  readonly output: string;
  rescaling: Rescaling | null;
}

/** Adds what a node of the file computes to the graph. */
export function append(node: OnnxFileNode, op: GraphOp, places: NodePlaces): number {
  const name = layerNameOf(node);
  return appendNamed(name ?? node.name, op, { ...places, isCounted: name === undefined });
}

/** Adds what has to come before what a node of the file computes. */
export function insert(node: { readonly name: string }, op: GraphOp, places: NodePlaces): number {
  return appendNamed(`${node.name}.${op.op}`, op, { ...places, isCounted: true });
}

interface NodePlaces {
  readonly from: readonly Result[];
  readonly reading: Reading;
}

function appendNamed(
  given: string,
  op: GraphOp,
  { from, reading, isCounted }: NodePlaces & { readonly isCounted: boolean },
): number {
  const { nodes, names } = reading;
  const wanted = given.slice(0, maxNameLength - 10) || op.op;
  let [name, count] = [wanted, names.get(wanted) ?? 0];
  while (names.has(name)) name = `${wanted}_${++count}`;
  names.set(name, 0).set(wanted, count);
  if (isCounted) reading.counted.add(name);
  return nodes.push({ name, op, from: from.map((each) => each.node) }) - 1;
}

/** Whether all but batch and channels of a result has size 1. */
export function isPixel({ shape, channelAxis }: Result): boolean {
  return shape.every((size, axis) => axis === 0 || axis === channelAxis || size === 1);
}

/** The number of a result's channels. */
export function channelsOf({ shape, channelAxis }: Result): number {
  return shape[channelAxis] as number;
}

/** The axes of a map's height and width. */
export function spatialAxes({ shape, channelAxis }: Result): readonly number[] {
  return [...shape.keys()].filter((axis) => axis !== 0 && axis !== channelAxis);
}

/** The height and width of a map. */
export function sizeOf(result: Result): readonly [number, number] {
  const [height, width] = spatialAxes(result).map((axis) => result.shape[axis]);
  return [height as number, width as number];
}

/** A result as a map [batch, channels, height, width]. Throws `bad-file` for another. */
export function asMap(node: OnnxFileNode, result: Result, reading: Reading): Result {
  const { shape, channelAxis, isMap, flattened } = result;
  if (shape.length !== 4 || channelAxis !== 1 || flattened !== null) {
    const order = shape.length === 4 && channelAxis === 3 ? ' with its channels last' : '';
    throw noPlace(node, `it takes [${shape.join(', ')}]${order}, and not [batch, channels, height, width]`);
  }
  if (isMap) return result;
  return { ...result, isMap: true, node: insert(node, { op: 'reshape' }, { from: [result], reading }) };
}

/** A result as features [batch, features]. Throws `bad-file` for another. */
export function asFeatures(node: { readonly name: string }, result: Result, reading: Reading): Result {
  const { shape, isMap } = result;
  if (shape.length !== 2) {
    throw noPlace(node, `it takes [${shape.join(', ')}], and not [batch, features]`);
  }
  if (!isMap) return result;
  return { ...result, isMap: false, node: insert(node, { op: 'flatten' }, { from: [result], reading }) };
}

/** A result in another shape with the same values. Throws `bad-file` for what mixes its axes. */
export function withShape(
  node: OnnxFileNode,
  result: Result,
  { shape, reading }: { readonly shape: readonly number[]; readonly reading: Reading },
): Result {
  if (String(shape) === String(result.shape)) return result;
  const refused = noPlace(node, `it reshapes [${result.shape.join(', ')}] to [${shape.join(', ')}]`);
  if (shape.length < 2 || shape[0] !== result.shape[0]) throw refused;
  if (isPixel(result)) {
    const channels = channelsOf(result);
    const channelAxis = Math.max(
      1,
      shape.findIndex((size, axis) => axis > 0 && size === channels),
    );
    const own = { ...result, shape, channelAxis };
    if (!isPixel(own) || channelsOf(own) !== channels) throw refused;
    return own;
  }
  if (shape.length !== 2 || !result.isMap) throw refused;
  if (result.channelAxis !== 1 && result.channelAxis !== 3) throw refused;
  const [height, width] = sizeOf(result);
  return {
    kind: 'result',
    node: append(node, { op: 'flatten' }, { from: [result], reading }),
    ...{ shape, channelAxis: 1, isMap: false, isShared: false },
    flattened: result.channelAxis === 1 ? [height, width, channelsOf(result)] : null,
  };
}

/** A result with its axes in another order. Throws `bad-file` for one that no map of ours has. */
export function withAxes(node: OnnxFileNode, result: Result, axes: readonly number[]): Result {
  const shape = axes.map((axis) => result.shape[axis] as number);
  const channelAxis = axes.indexOf(result.channelAxis);
  const pixels = axes.filter((axis) => axis !== 0 && axis !== result.channelAxis);
  const isInOrder = pixels.every((axis, at) => at === 0 || axis > (pixels[at - 1] as number));
  const own = { ...result, shape, channelAxis };
  if (axes[0] !== 0 || !(isInOrder || isPixel(own))) {
    throw noPlace(node, `it moves axes to [${axes.join(', ')}]`);
  }
  return own;
}

/** The shape of a map of another size and number of channels, in the same order of axes. */
export function withMap(
  map: Result,
  [height, width]: readonly [number, number],
  channels: number,
): Result['shape'] {
  const [down, right] = spatialAxes(map) as [number, number];
  return map.shape.with(map.channelAxis, channels).with(down, height).with(right, width);
}

/** A result as a map, in whichever order of axes. Throws `bad-file` for what is none. */
export function mapOf(node: OnnxFileNode, result: Result, reading: Reading): Result {
  if (result.shape.length !== 4 || result.flattened !== null) {
    throw noPlace(node, `it takes [${result.shape.join(', ')}], and not a map`);
  }
  if (result.isMap) return result;
  return { ...result, isMap: true, node: insert(node, { op: 'reshape' }, { from: [result], reading }) };
}
