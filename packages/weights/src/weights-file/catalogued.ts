import {
  createNetwork,
  layerNames,
  mapOperations,
  type Margins,
  type Network,
  type NetworkName,
  type NetworkNode,
  type Norm,
  networks,
  outputShape,
  type Padding,
  type ParameterId,
  parameters,
  type Shape,
  type Size,
  shapes,
  siteName,
  walk,
} from '@resnetjs/core';

/** A network of the catalogue in the place of another that computes the same. */
export interface Catalogued {
  /** With the other's names of layers where its source has others, and its way of averaging statistics. */
  readonly network: Network;
  /** The id of each parameter, by the one that it had. */
  readonly ids: ReadonlyMap<ParameterId, ParameterId>;
}

/**
 * The network of the catalogue that computes what a network of a file does; undefined if there is none. One whose normalizations
 * are folded into its convolutions is itself with another name, `resnet50-folded`, as `foldBatchNorm` calls it.
 */
export function catalogued(network: Network): Catalogued | undefined {
  const [classes = null] = network.head.some(({ op }) => op === 'dense') ? outputShape(network) : [];
  const nodes = essentialNodes(network) ?? [];
  const wanted = structure(nodes);
  const hasBias = nodes.some(({ op }) => op.op === 'conv' && op.bias === true);
  for (const name of Object.keys(networks) as NetworkName[]) {
    const known = createNetwork(name, { input: network.input, classes });
    const knownNodes = essentialNodes(known);
    if (knownNodes === undefined) continue;
    if (hasBias && structure(folded(knownNodes)) === wanted) {
      const ids = parameters(network).map(({ id }) => [id, id] as const);
      return { network: { ...network, name: `${name}-folded` }, ids: new Map(ids) };
    }
    if (structure(knownNodes) !== wanted) continue;
    const ids = parameters(network).map(({ id }, index) => [id, parameters(known)[index]?.id] as const);
    return {
      network: withNames(withStatisticsOf(known, network), knownNodes, network, nodes),
      ids: new Map(ids as [string, string][]),
    };
  }
  return undefined;
}

/** What a node computes, whichever way it is written, and its place in `walk`. */
interface EssentialNode {
  readonly index: number;
  readonly op: Readonly<Record<string, unknown>> & { readonly op: string };
  readonly from: readonly number[];
}

/**
 * The nodes of a network, of which several ways to write the same have become one: padding in pixels, also that of a layer
 * of its own, and global pooling. undefined if the image is too small.
 */
function essentialNodes(network: Network): readonly EssentialNode[] | undefined {
  const results = shapesOf(network);
  if (results === undefined) return undefined;
  const nodes = walk(network);
  const essential: EssentialNode[] = [];
  const places: number[] = [];
  const isUsedOnce = (index: number) => nodes.filter(({ from }) => from.includes(index)).length === 1;
  nodes.forEach(({ op, from }, index) => {
    const [before = 0] = from;
    const last = essential.at(-1);
    const map = results[before] as Shape;
    const merges = last !== undefined && last.index === before && isUsedOnce(before);
    if (op.op === 'flatten' && merges && isWholeMap(last.op)) {
      essential[essential.length - 1] = { ...last, op: { op: 'globalPool', keepDims: false } };
    } else if ((op.op === 'conv' || op.op === 'pool') && merges && last.op.op === 'pad') {
      const outer = last.op.padding as Margins;
      const inner = marginsOf(op.padding, map, {
        ...op,
        kernelSize: op.op === 'conv' ? op.kernelSize : op.size,
      });
      const padding = inner.map((side, index) => side + (outer[index] as number));
      const replacesZeros = op.op === 'conv' || (op.mode === 'max' && isAfterRelu(nodes, before));
      if (replacesZeros) essential[essential.length - 1] = { index, op: { ...op, padding }, from: last.from };
      else essential.push({ index, op: { ...op }, from: [places[before] as number] });
    } else {
      essential.push({ index, op: written(op, map), from: from.map((each) => places[each] as number) });
    }
    places.push(essential.length - 1);
  });
  return essential;
}

/** The nodes with each normalization folded into the convolution before it. */
function folded(nodes: readonly EssentialNode[]): readonly EssentialNode[] {
  const takers = nodes.map((_, place) => nodes.filter(({ from }) => from.includes(place)).length);
  const result: EssentialNode[] = [];
  const places: number[] = [];
  for (const { op, from, index } of nodes) {
    const [before = 0] = from;
    const place = places[before] as number;
    const conv = nodes[before]?.op.op === 'conv' ? result[place] : undefined;
    if (op.op === 'norm' && conv !== undefined && takers[before] === 1) {
      result[place] = { ...conv, op: { ...conv.op, bias: true } };
      places.push(place);
    } else {
      places.push(result.push({ index, op, from: from.map((each) => places[each] as number) }) - 1);
    }
  }
  return result;
}

/** An operation with its padding in pixels. */
function written(op: NetworkNode['op'], map: Shape): EssentialNode['op'] {
  switch (op.op) {
    case 'conv':
      return { ...op, padding: marginsOf(op.padding, map, op) };
    case 'pool': {
      const padding = marginsOf(op.padding, map, { ...op, kernelSize: op.size });
      const isGlobal = String(op.size) === String(map.slice(0, 2)) && padding.every((side) => side === 0);
      return { ...op, padding, ...(op.mode === 'average' && isGlobal && { isGlobal }) };
    }
    case 'pad':
      return { op: 'pad', padding: [op.top, op.bottom, op.left, op.right] };
    default:
      return { ...op };
  }
}

const isWholeMap = (op: EssentialNode['op']) => op.op === 'pool' && op.isGlobal === true;

/** Whether what is padded at a node is a ReLU's result, among which zeros are as small as any. */
function isAfterRelu(nodes: readonly NetworkNode[], pad: number): boolean {
  const before = nodes[nodes[pad]?.from[0] ?? 0]?.op;
  return before?.op === 'act' && before.activation !== 'sigmoid';
}

/** A window that moves over a map. */
interface MovingWindow {
  readonly kernelSize: Size;
  readonly strides: Size;
  readonly dilations?: Size;
}

/** Padding in pixels: [top, bottom, left, right]. */
function marginsOf(
  padding: Padding,
  map: Shape,
  { kernelSize, strides, dilations = [1, 1] }: MovingWindow,
): readonly number[] {
  if (padding === 'valid') return [0, 0, 0, 0];
  if (padding !== 'same') return padding;
  return [0, 1].flatMap((axis) => {
    const [side, stride] = [map[axis] as number, strides[axis] as number];
    const reach = ((kernelSize[axis] as number) - 1) * (dilations[axis] as number) + 1;
    const all = Math.max(0, (Math.ceil(side / stride) - 1) * stride + reach - side);
    return [Math.floor(all / 2), Math.ceil(all / 2)];
  });
}

const ofTraining = ['initializer', 'scaleInitializer', 'momentum', 'runningVariance', 'activation', 'gate'];

function structure(nodes: readonly EssentialNode[]): string {
  return JSON.stringify(
    nodes.map(({ op, from }) => [
      Object.entries(op)
        .filter(([key]) => op.op === 'act' || !ofTraining.includes(key))
        .sort(([a], [b]) => (a < b ? -1 : 1)),
      from,
    ]),
  );
}

/** The network, its normalizations averaging their statistics as those of another do, in the same order. */
function withStatisticsOf(known: Network, network: Network): Network {
  const norms = walk(network).flatMap(({ op }) => (op.op === 'norm' ? [op] : []));
  const sites = walk(known).flatMap(({ op, site }) => (op.op === 'norm' ? [siteName(site)] : []));
  const bySite = new Map(sites.map((site, index) => [site, norms[index] as Norm]));
  return mapOperations(known, (ops, siteOf) =>
    ops.map((op, index) => {
      if (op.op !== 'norm') return op;
      const { momentum, runningVariance } = bySite.get(siteName(siteOf(index))) as Norm;
      return { ...op, momentum, runningVariance };
    }),
  );
}

function withNames(
  known: Network,
  knownNodes: readonly EssentialNode[],
  network: Network,
  nodes: readonly EssentialNode[],
): Network {
  const named = { ...known, inputName: network.inputName };
  const { layerNames: given = {} } = network;
  const [usual, theirs, all] = [layerNames(named), walk(network), walk(known)];
  const own = knownNodes.flatMap(({ index }, place) => {
    const name = given[siteName((theirs[(nodes[place] as EssentialNode).index] as NetworkNode).site)];
    if (name === undefined) return [];
    return [{ site: siteName((all[index] as NetworkNode).site), name, isUsual: name === usual[index] }];
  });
  if (own.every(({ isUsual }) => isUsual)) return named;
  return { ...named, layerNames: Object.fromEntries(own.map(({ site, name }) => [site, name])) };
}

function shapesOf(network: Network): readonly Shape[] | undefined {
  try {
    return shapes(network);
  } catch {
    return undefined;
  }
}
