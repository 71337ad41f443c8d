import {
  createNetwork,
  layerNames,
  type Network,
  type NetworkName,
  type NetworkNode,
  networks,
  outputShape,
  type ParameterId,
  parameters,
  type Shape,
  shapes,
  siteName,
  walk,
} from '@resnetjs/core';

/** A network of the catalogue in the place of another that computes the same. */
export interface Catalogued {
  /** With the other's names of layers where its source has others. */
  readonly network: Network;
  /** The id of each parameter, by the one that it had. */
  readonly ids: ReadonlyMap<ParameterId, ParameterId>;
}

/** The network of the catalogue that computes what a network of a file does; undefined if there is none. */
export function catalogued(network: Network): Catalogued | undefined {
  const [classes = null] = network.head.some(({ op }) => op === 'dense') ? outputShape(network) : [];
  const nodes = essentialNodes(network) ?? [];
  const wanted = structure(nodes);
  for (const name of Object.keys(networks) as NetworkName[]) {
    const known = createNetwork(name, { input: network.input, classes });
    const knownNodes = essentialNodes(known);
    if (knownNodes === undefined || structure(knownNodes) !== wanted) continue;
    const ids = parameters(network).map(({ id }, index) => [id, parameters(known)[index]?.id] as const);
    return { network: withNames(known, knownNodes, network, nodes), ids: new Map(ids as [string, string][]) };
  }
  return undefined;
}

/** A node without what only training depends on, and its place in `walk`. */
interface EssentialNode {
  readonly index: number;
  readonly op: NetworkNode['op'] | { readonly op: 'globalPool'; readonly keepDims: false };
  readonly from: readonly number[];
}

/** The nodes, an average over a whole map that is flattened then as global pooling; undefined if the image is too small. */
function essentialNodes(network: Network): readonly EssentialNode[] | undefined {
  const nodes = walk(network);
  const results = shapesOf(network);
  if (results === undefined) return undefined;
  const essential: EssentialNode[] = [];
  const places: number[] = [];
  nodes.forEach(({ op, from }, index) => {
    const before = nodes[index - 1]?.op;
    const map = results[nodes[index - 1]?.from[0] ?? 0];
    const isGlobal =
      op.op === 'flatten' &&
      from[0] === index - 1 &&
      before?.op === 'pool' &&
      before.mode === 'average' &&
      before.padding === 'valid' &&
      String(before.size) === String(map?.slice(0, 2));
    if (isGlobal) {
      const pool = essential.pop() as EssentialNode;
      essential.push({ ...pool, op: { op: 'globalPool', keepDims: false } });
    } else essential.push({ index, op, from: from.map((each) => places[each] as number) });
    places.push(essential.length - 1);
  });
  return essential;
}

const ofTraining = ['initializer', 'scaleInitializer', 'momentum', 'runningVariance', 'gate'];

function structure(nodes: readonly EssentialNode[]): string {
  return JSON.stringify(
    nodes.map(({ op, from }) => [
      Object.entries(op)
        .filter(([key]) => !ofTraining.includes(key))
        .sort(([a], [b]) => (a < b ? -1 : 1)),
      from,
    ]),
  );
}

function withNames(
  known: Network,
  knownNodes: readonly EssentialNode[],
  network: Network,
  nodes: readonly EssentialNode[],
): Network {
  const named = { ...known, inputName: network.inputName };
  const [theirs, usual, all] = [layerNames(network), layerNames(named), walk(known)];
  const pairs = knownNodes.map(({ index }, place) => {
    const name = theirs[(nodes[place] as EssentialNode).index] as string;
    return { site: siteName((all[index] as NetworkNode).site), name, isUsual: name === usual[index] };
  });
  if (pairs.every(({ isUsual }) => isUsual)) return named;
  return { ...named, layerNames: Object.fromEntries(pairs.map(({ site, name }) => [site, name])) };
}

function shapesOf(network: Network): readonly Shape[] | undefined {
  try {
    return shapes(network);
  } catch {
    return undefined;
  }
}
