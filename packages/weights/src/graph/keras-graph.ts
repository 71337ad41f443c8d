import type { Network } from '@resnetjs/core';
import { badFile, quote } from '../bad-file.js';
import type { Graph, GraphNode, GraphOp } from './graph.js';
import type { KerasLayer, KerasTopology } from './keras-topology.js';
import { noPlace } from './merges.js';
import { composed, type Rescaling } from './rescaling.js';

/** Options of `parseKerasConfig`. */
export interface ParseKerasOptions {
  /** [height, width] in pixels, where the model takes images of any. */
  readonly size?: readonly [height: number, width: number];
}

/** A Keras model's layers as a graph. */
export interface KerasGraph {
  readonly graph: Graph;
  /** The layer of each node with parameters. */
  readonly sources: ReadonlyMap<number, KerasLayer>;
  /** What comes before the graph; null if nothing does. */
  readonly rescaling: Rescaling | null;
}

/** The result of a layer. */
interface Result {
  readonly node: number;
  /** Null for a flattened map. */
  readonly channels: number | null;
  readonly rank: 1 | 3;
  /** Whether its map has one pixel. */
  readonly isPixel: boolean;
  /** Whether the channels are the first axis, between two Permute layers. */
  readonly isPermuted: boolean;
}

interface Reading {
  readonly nodes: GraphNode[];
  readonly sources: Map<number, KerasLayer>;
  /** The names of all layers, and of nodes that have another. */
  readonly names: Set<string>;
  /** The layers that a node has the name of. */
  readonly named: Set<string>;
  /** How many layers take a layer's result. */
  readonly takers: ReadonlyMap<string, number>;
  readonly output: string;
  input: Network['input'] | undefined;
  rescaling: Rescaling | null;
}

/**
 * A graph of a Keras model's layers: of one with an activation two nodes, of one that does nothing none. Throws `bad-file`, naming
 * the first layer that can't be in one.
 */
export function kerasGraph({ name, layers, output }: KerasTopology, options: ParseKerasOptions): KerasGraph {
  const takers = new Map<string, number>();
  for (const input of layers.flatMap(({ inputs }) => inputs)) takers.set(input, (takers.get(input) ?? 0) + 1);
  const reading: Reading = {
    ...{ nodes: [], sources: new Map(), named: new Set(), takers, output },
    names: new Set(layers.map((layer) => layer.name)),
    ...{ input: undefined, rescaling: null },
  };
  const results = new Map<string, Result>();
  for (const layer of layers) {
    const inputs = layer.inputs.map((each) => results.get(each) as Result);
    results.set(layer.name, resultOf(layer, inputs, reading, options));
  }
  const { nodes, sources, input, rescaling } = reading;
  if (input === undefined) throw badFile("The file's model has no input layer.");
  const result = results.get(output) as Result;
  if (result.isPermuted) throw noPlace({ name: output }, 'its result has its channels first');
  return { graph: { name: `file/${name}`, input, nodes, output: result.node }, sources, rescaling };
}

const start: Result = { node: 0, channels: null, rank: 3, isPixel: false, isPermuted: false };

/** Adds what a layer computes to the graph. */
function resultOf(
  layer: KerasLayer,
  inputs: readonly Result[],
  reading: Reading,
  options: ParseKerasOptions,
): Result {
  const { does } = layer;
  const expected = does.kind === 'merge' ? 2 : does.kind === 'input' ? 0 : 1;
  if (inputs.length !== expected) {
    throw noPlace(layer, `it takes ${inputs.length} results, and not ${expected}`);
  }
  const [from = start] = inputs;
  const pads = does.kind === 'operations' && does.ops[0]?.op === 'pad';
  if (inputs.some(({ isPermuted }) => isPermuted) && does.kind !== 'permute' && !pads) {
    throw noPlace(layer, 'its input has its channels first');
  }
  switch (does.kind) {
    case 'input': {
      const input = inputOf(layer, does.shape, options);
      reading.input ??= input;
      return { ...start, node: append(layer, { op: 'input' }, [], reading), channels: input[2] };
    }
    case 'operations':
      if (does.axis !== undefined && does.axis !== -1 && does.axis !== from.rank) {
        throw noPlace(layer, `it normalizes axis ${does.axis}, which isn't that of the channels`);
      }
      return from.isPermuted
        ? padChannels(layer, does.ops[0], from, reading)
        : chain(layer, does.ops, from, reading);
    case 'depthwise': {
      const { channels } = from;
      if (channels === null || from.rank !== 3) throw noPlace(layer, 'it needs a map');
      const conv = { ...does.conv, groups: channels, filters: channels * does.multiplier };
      return chain(layer, [conv, ...does.act], from, reading);
    }
    case 'merge': {
      const sources = inputs.map(({ node }) => node);
      const widest = inputs.find(({ rank, isPixel }) => rank === 3 && !isPixel) ?? from;
      return { ...widest, node: append(layer, { op: does.op }, sources, reading) };
    }
    case 'softmax':
      return endWithSoftmax(layer, from, reading);
    case 'rescaling':
      if (reading.nodes[from.node]?.op.op !== 'input' || !takesAlone(layer, reading)) {
        throw noPlace(layer, 'it rescales, which only what comes first may do');
      }
      reading.rescaling = composed(layer, reading.rescaling, {
        second: does,
        channels: from.channels as number,
      });
      return from;
    case 'permute':
      if (from.rank !== 3 || String(does.dims) !== (from.isPermuted ? '2,3,1' : '3,1,2')) {
        throw noPlace(layer, `it moves axes to [${does.dims.join(', ')}]`);
      }
      return { ...from, isPermuted: !from.isPermuted };
    case 'reshape':
      if (!isToPixel(does.shape, from)) {
        throw noPlace(
          layer,
          `it reshapes to [${does.shape.join(', ')}], and not features to a map of one pixel`,
        );
      }
      return pooledMap(layer, from, reading) ?? chain(layer, [{ op: 'reshape' }], from, reading);
    default:
      return does satisfies never;
  }
}

/** Adds a node, by its layer's name, or, if that has one already, by another. */
function append(layer: KerasLayer, op: GraphOp, from: readonly number[], reading: Reading): number {
  const name = reading.named.has(layer.name) ? unique(`${layer.name}/${op.op}`, reading.names) : layer.name;
  reading.named.add(layer.name);
  return reading.nodes.push({ name, op, from }) - 1;
}

function chain(layer: KerasLayer, ops: readonly GraphOp[], from: Result, reading: Reading): Result {
  return ops.reduce((result, op) => {
    const node = append(layer, op, [result.node], reading);
    if (op.op === 'conv' || op.op === 'norm' || op.op === 'dense') reading.sources.set(node, layer);
    return { ...after(op, result), node };
  }, from);
}

/** Whether a layer, which takes one result, is the only one that takes it. */
function takesAlone({ inputs: [input = ''] }: KerasLayer, { takers }: Reading): boolean {
  return takers.get(input) === 1;
}

/** The dense layer at the network's end gets the softmax that follows it. */
function endWithSoftmax(layer: KerasLayer, from: Result, reading: Reading): Result {
  const dense = reading.nodes[from.node];
  const isEnd = layer.name === reading.output && takesAlone(layer, reading);
  if (!isEnd || dense?.op.op !== 'dense' || dense.op.activation !== 'linear') {
    throw noPlace(layer, "it is a softmax, and not the network's last layer after a dense one");
  }
  reading.nodes[from.node] = { ...dense, op: { ...dense.op, activation: 'softmax' } };
  return from;
}

/** Channels of zeros, between two Permute layers: with max pooling of single pixels before, it is one operation. */
function padChannels(layer: KerasLayer, op: GraphOp | undefined, from: Result, reading: Reading): Result {
  if (op?.op !== 'pad' || op.left > 0 || op.right > 0) {
    throw noPlace(layer, 'it pads something else than channels, which are first');
  }
  const { top: channelsBefore, bottom: channelsAfter } = op;
  const channels = (from.channels ?? 0) + channelsBefore + channelsAfter;
  const before = reading.nodes[from.node];
  const isSubsampled =
    before?.op.op === 'pool' &&
    before.op.mode === 'max' &&
    String(before.op.size) === '1,1' &&
    reading.takers.get(before.name) === 1 &&
    takesAlone(layer, reading);
  const subsample = (strides: readonly [number, number]): GraphOp => ({
    ...({ op: 'subsample', strides, channelsBefore, channelsAfter } as const),
  });
  if (!isSubsampled) {
    return { ...from, channels, node: append(layer, subsample([1, 1]), [from.node], reading) };
  }
  reading.nodes[from.node] = { ...before, op: subsample(before.op.strides) };
  return { ...from, channels };
}

/** Global pooling that keeps its axes, where a Reshape gives it those: tfjs-layers has no other. */
function pooledMap(layer: KerasLayer, from: Result, reading: Reading): Result | undefined {
  const pool = reading.nodes[from.node];
  if (pool?.op.op !== 'globalPool' || !takesAlone(layer, reading)) return undefined;
  reading.nodes[from.node] = { ...pool, op: { op: 'globalPool', keepDims: true } };
  return { ...from, rank: 3, isPixel: true };
}

function isToPixel([height, width, channels, ...others]: readonly number[], from: Result): boolean {
  const isFeatures = from.channels !== null && (from.rank === 1 || from.isPixel);
  const isPixel = height === 1 && width === 1 && others.length === 0;
  return isFeatures && isPixel && (channels === from.channels || channels === -1);
}

/** What an operation makes of a result's shape. */
function after(op: GraphOp, from: Result): Result {
  switch (op.op) {
    case 'conv':
      return { ...from, channels: op.filters, isPixel: from.isPixel && String(op.kernelSize) === '1,1' };
    case 'dense':
      return { ...from, channels: op.units };
    case 'globalPool':
      return { ...from, rank: op.keepDims ? 3 : 1, isPixel: op.keepDims };
    case 'flatten':
      return {
        ...from,
        rank: 1,
        isPixel: false,
        channels: from.isPixel || from.rank === 1 ? from.channels : null,
      };
    case 'reshape':
      return { ...from, rank: 3, isPixel: true };
    case 'pool':
    case 'pad':
      return { ...from, isPixel: false };
    case 'subsample':
      return { ...from, channels: (from.channels ?? 0) + op.channelsBefore + op.channelsAfter };
    case 'input':
    case 'add':
    case 'multiply':
    case 'norm':
    case 'act':
    case 'dropout':
      return from;
    default:
      return op satisfies never;
  }
}

/** The input's shape; null stands for any number of pixels. */
function inputOf(
  layer: KerasLayer,
  shape: readonly (number | null)[],
  { size }: ParseKerasOptions,
): Network['input'] {
  const [height = null, width = null, channels = null] = shape;
  if (shape.length !== 3 || channels === null) {
    throw noPlace(
      layer,
      `it takes [${shape.map((each) => each ?? 'any').join(', ')}], and not [height, width, channels]`,
    );
  }
  const [ownHeight, ownWidth] = [height ?? size?.[0], width ?? size?.[1]];
  if (ownHeight === undefined || ownWidth === undefined) {
    throw badFile(
      `The file's model takes images of any size (layer ${quote(layer.name)}). Say which: { size: [224, 224] }.`,
      { layer: layer.name },
    );
  }
  return [ownHeight, ownWidth, channels];
}

/** A name that no layer has, with a number if need be; it is taken then. */
function unique(wanted: string, names: Set<string>): string {
  let name = wanted;
  for (let count = 1; names.has(name); count++) name = `${wanted}_${count}`;
  names.add(name);
  return name;
}
