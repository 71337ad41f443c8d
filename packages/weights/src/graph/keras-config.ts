import {
  type Conv,
  type Network,
  type ParameterId,
  parameters,
  type Role,
  type Shape,
  type Site,
  siteName,
  walk,
} from '@resnetjs/core';
import { badFile, quote } from '../bad-file.js';
import type { Graph, GraphNode, GraphOp } from './graph.js';
import { type KerasLayer, type KerasTopology, kerasTopology } from './keras-topology.js';
import { noPlace } from './merges.js';
import { residualNetwork } from './residual-network.js';

/** A layer of Keras with variables. */
export interface KerasLayerParameters {
  /** Its name; of one inside an inner model, with the model's before: `resnet/conv1`. */
  readonly name: string;
  /** `Conv2D`, `DepthwiseConv2D`, `BatchNormalization` or `Dense`. */
  readonly className: string;
  /** In the order of Keras's variables: kernel, bias, or gamma, beta, moving_mean, moving_variance. */
  readonly parameters: readonly {
    readonly id: ParameterId;
    readonly role: Role;
    /** The variable's in Keras; its values, row-major, are those of the parameter. */
    readonly shape: Shape;
  }[];
}

/** A network from a Keras model's configuration. */
export interface KerasNetwork {
  /** With the names of its layers. Its name is `file/` and the model's. */
  readonly network: Network;
  /** Every layer with variables, in the order of computation. */
  readonly layers: readonly KerasLayerParameters[];
  /**
   * What a Rescaling or Normalization layer does to the pixels before the network, channel by channel: pixel · scale +
   * offset. Null without one.
   */
  readonly rescaling: { readonly scale: readonly number[]; readonly offset: readonly number[] } | null;
  /** How many layers have settings that matter in training only, by setting: `kernel_regularizer`, `trainable`. */
  readonly ignored: ReadonlyMap<string, number>;
}

/** Options of `parseKerasConfig`. */
export interface ParseKerasOptions {
  /** [height, width] in pixels, where the model takes images of any. */
  readonly size?: readonly [height: number, width: number];
}

/**
 * Finds the network in a Keras model's configuration: `config.json` of a `.keras` file, or the attribute `model_config` of an
 * `.h5` file, as parsed JSON. It may be functional or sequential, of Keras 2 or 3. A softmax at its end becomes the dense
 * layer's, and `forward` gives logits. Throws `bad-file`, naming the first layer that a residual network doesn't have.
 *
 * @example
 * ```ts
 * const { network, layers } = parseKerasConfig(JSON.parse(text));
 * layers[0]; // { name: 'conv1_conv', className: 'Conv2D', parameters: [{ id: 'stem.1.kernel', … }, …] }
 * ```
 */
export function parseKerasConfig(config: unknown, options: ParseKerasOptions = {}): KerasNetwork {
  const topology = kerasTopology(config);
  const reading = readGraph(topology, options);
  const { network, nodes } = residualNetwork(reading.graph);
  return {
    network,
    layers: layersOf(network, nodes, reading),
    rescaling: reading.rescaling,
    ignored: topology.ignored,
  };
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

interface GraphReading {
  readonly graph: Graph;
  /** The layer of each node with parameters. */
  readonly sources: ReadonlyMap<number, KerasLayer>;
  readonly rescaling: KerasNetwork['rescaling'];
}

/** A graph of the layers: of one with an activation two nodes, of one that does nothing none. */
function readGraph({ name, layers, output }: KerasTopology, options: ParseKerasOptions): GraphReading {
  const taken = new Map<string, number>();
  for (const input of layers.flatMap(({ inputs }) => inputs)) taken.set(input, (taken.get(input) ?? 0) + 1);
  const names = new Set(layers.map((layer) => layer.name));
  const used = new Set<string>();
  const nodes: GraphNode[] = [];
  const sources = new Map<number, KerasLayer>();
  const results = new Map<string, Result>();
  let input: Network['input'] | undefined;
  let rescaling: KerasNetwork['rescaling'] = null;

  const append = (layer: KerasLayer, op: GraphOp, from: readonly number[]) => {
    const isFirst = !used.has(layer.name);
    used.add(layer.name);
    return nodes.push({ name: isFirst ? layer.name : unique(`${layer.name}/${op.op}`, names), op, from }) - 1;
  };
  const chain = (layer: KerasLayer, ops: readonly GraphOp[], from: Result): Result => {
    let result = from;
    for (const op of ops) {
      if (op.op === 'conv' || op.op === 'norm' || op.op === 'dense') sources.set(nodes.length, layer);
      result = { ...after(op, result), node: append(layer, op, [result.node]) };
    }
    return result;
  };

  for (const layer of layers) {
    const { does } = layer;
    const own = layer.inputs.map((each) => results.get(each) as Result);
    const expected = does.kind === 'merge' ? 2 : does.kind === 'input' ? 0 : 1;
    if (own.length !== expected) throw noPlace(layer, `it takes ${own.length} results, and not ${expected}`);
    const [from = start] = own;
    const isPadding = does.kind === 'operations' && does.ops[0]?.op === 'pad';
    if (own.some(({ isPermuted }) => isPermuted) && does.kind !== 'permute' && !isPadding) {
      throw noPlace(layer, 'its input has its channels first');
    }
    const isOnlyTaker = taken.get(layer.inputs[0] as string) === 1;
    switch (does.kind) {
      case 'input':
        if (input === undefined) input = inputOf(layer, does.shape, options);
        results.set(layer.name, { ...start, node: append(layer, { op: 'input' }, []), channels: input[2] });
        break;
      case 'operations':
        if (does.axis !== undefined && does.axis !== -1 && does.axis !== from.rank) {
          throw noPlace(layer, `it normalizes axis ${does.axis}, which isn't that of the channels`);
        }
        results.set(
          layer.name,
          from.isPermuted ? padChannels(layer, does.ops[0], from, isOnlyTaker) : chain(layer, does.ops, from),
        );
        break;
      case 'depthwise': {
        const { channels } = from;
        if (channels === null || from.rank !== 3) throw noPlace(layer, 'it needs a map');
        const conv = { ...does.conv, groups: channels, filters: channels * does.multiplier };
        results.set(layer.name, chain(layer, [conv, ...does.act], from));
        break;
      }
      case 'merge': {
        const widest = own.find(({ rank, isPixel }) => rank === 3 && !isPixel) ?? from;
        const node = append(
          layer,
          { op: does.op },
          own.map((each) => each.node),
        );
        results.set(layer.name, { ...widest, node });
        break;
      }
      case 'softmax': {
        const before = nodes[from.node];
        if (
          layer.name !== output ||
          before?.op.op !== 'dense' ||
          before.op.activation !== 'linear' ||
          !isOnlyTaker
        ) {
          throw noPlace(layer, "it is a softmax, and not the network's last layer after a dense one");
        }
        nodes[from.node] = { ...before, op: { ...before.op, activation: 'softmax' } };
        results.set(layer.name, from);
        break;
      }
      case 'rescaling':
        if (nodes[from.node]?.op.op !== 'input' || !isOnlyTaker) {
          throw noPlace(layer, 'it rescales, which only what comes first may do');
        }
        rescaling = composed(layer, rescaling, does, from.channels as number);
        results.set(layer.name, from);
        break;
      case 'permute': {
        const dims = from.isPermuted ? '2,3,1' : '3,1,2';
        if (from.rank !== 3 || String(does.dims) !== dims) {
          throw noPlace(layer, `it moves axes to [${does.dims.join(', ')}]`);
        }
        results.set(layer.name, { ...from, isPermuted: !from.isPermuted });
        break;
      }
      case 'reshape': {
        const [height, width, channels] = does.shape;
        const isToPixel =
          does.shape.length === 3 &&
          height === 1 &&
          width === 1 &&
          from.channels !== null &&
          (from.rank === 1 || from.isPixel) &&
          (channels === from.channels || channels === -1);
        if (!isToPixel) {
          throw noPlace(
            layer,
            `it reshapes to [${does.shape.join(', ')}], and not features to a map of one pixel`,
          );
        }
        results.set(layer.name, chain(layer, [{ op: 'reshape' }], from));
        break;
      }
      default:
        does satisfies never;
    }
  }
  if (input === undefined) throw badFile("The file's model has no input layer.");
  const result = results.get(output) as Result;
  if (result.isPermuted) throw noPlace({ name: output }, 'its result has its channels first');
  return {
    graph: { name: `file/${name}`, input, nodes, output: result.node },
    sources,
    rescaling,
  };

  /** Channels of zeros, between two Permute layers: with max pooling of single pixels before, it is one operation. */
  function padChannels(
    layer: KerasLayer,
    op: GraphOp | undefined,
    from: Result,
    isOnlyTaker: boolean,
  ): Result {
    if (op?.op !== 'pad' || op.left > 0 || op.right > 0) {
      throw noPlace(layer, 'it pads something else than channels, which are first');
    }
    const { top: channelsBefore, bottom: channelsAfter } = op;
    const channels = (from.channels ?? 0) + channelsBefore + channelsAfter;
    const before = nodes[from.node];
    const isSubsampled =
      before?.op.op === 'pool' &&
      before.op.mode === 'max' &&
      String(before.op.size) === '1,1' &&
      isOnlyTaker &&
      takesAlone(from.node);
    const strides = isSubsampled && before.op.op === 'pool' ? before.op.strides : ([1, 1] as const);
    const subsample: GraphOp = { op: 'subsample', strides, channelsBefore, channelsAfter };
    if (!isSubsampled) return { ...from, channels, node: append(layer, subsample, [from.node]) };
    nodes[from.node] = { ...before, op: subsample };
    return { ...from, channels };
  }
  function takesAlone(node: number): boolean {
    return taken.get(nodes[node]?.name as string) === 1;
  }
}

const start: Result = { node: 0, channels: null, rank: 3, isPixel: false, isPermuted: false };

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
    default:
      return from;
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

/** One rescaling after another, by channel. */
function composed(
  layer: KerasLayer,
  first: KerasNetwork['rescaling'],
  then: NonNullable<KerasNetwork['rescaling']>,
  channels: number,
): KerasNetwork['rescaling'] {
  const { scale, offset } = then;
  if (![scale, offset].every(({ length }) => length === 1 || length === channels)) {
    throw noPlace(
      layer,
      `it rescales ${Math.max(scale.length, offset.length)} channels, and images have ${channels}`,
    );
  }
  const at = (values: readonly number[], channel: number) =>
    values[values.length === 1 ? 0 : channel] as number;
  const all = Array.from({ length: channels }, (_, channel) => channel);
  return {
    scale: all.map((channel) => at(first?.scale ?? [1], channel) * at(scale, channel)),
    offset: all.map(
      (channel) => at(first?.offset ?? [0], channel) * at(scale, channel) + at(offset, channel),
    ),
  };
}

/** Every layer with variables, and where they stand in the network. */
function layersOf(
  network: Network,
  nodes: readonly number[],
  { sources }: GraphReading,
): readonly KerasLayerParameters[] {
  const bySite = new Map<string, { id: ParameterId; role: Role; shape: Shape; site: Site }[]>();
  for (const { id, role, shape, site } of parameters(network)) {
    const own = bySite.get(siteName(site)) ?? [];
    own.push({ id, role, shape, site });
    bySite.set(siteName(site), own);
  }
  return walk(network).flatMap(({ site, op }, index) => {
    const layer = sources.get(nodes[index] as number);
    if (layer === undefined) return [];
    const own = bySite.get(siteName(site)) ?? [];
    return [
      {
        name: layer.name,
        className: layer.className,
        parameters: own.map(({ id, role, shape }) => ({
          ...{ id, role },
          shape: role === 'kernel' ? kernelShape(layer.className, op as Conv, shape) : shape,
        })),
      },
    ];
  });
}

/** A kernel's shape in Keras: values, row-major, are the same. */
function kernelShape(className: string, { filters, groups }: Conv, ours: Shape): Shape {
  if (className === 'DepthwiseConv2D') return [...ours.slice(0, 2), groups, filters / groups];
  return className === 'Dense' ? ours.slice(-2) : ours;
}

/** A name that no layer has, with a number if need be; it is taken then. */
function unique(wanted: string, names: Set<string>): string {
  let name = wanted;
  for (let count = 1; names.has(name); count++) name = `${wanted}_${count}`;
  names.add(name);
  return name;
}
