import { type Network, type Op, type Residual, ResNetError, shapes, siteName, walk } from '@resnetjs/core';
import { safeParse } from '@resnetjs/recipe';
import { badFile } from '../bad-file.js';
import { networkSchema } from '../model-file/network-schema.js';
import { checkNetworkSize } from '../model-file/network-size.js';
import type { Graph, GraphNode } from './graph.js';
import { before, findMerges, type Merges, noPlace } from './merges.js';
import { stageStarts } from './stage-starts.js';

/** A network that was found in a graph. */
export interface FoundNetwork {
  readonly network: Network;
  /** The node of the graph for each node of `walk(network)`. */
  readonly nodes: readonly number[];
}

/** An operation of the network, and its node in the graph. */
interface Placed {
  readonly op: Op;
  readonly node: number;
  /** Inside a gate. */
  readonly gate: readonly Placed[];
}

/** A residual block, its addition's node in `add`. */
type PlacedBlock = Record<'preact' | 'branch' | 'shortcut' | 'postact', readonly Placed[]> &
  Pick<Residual, 'shortcutFrom'> & { readonly add: number };

interface PlacedNetwork {
  readonly stem: readonly Placed[];
  readonly blocks: readonly PlacedBlock[];
  readonly head: readonly Placed[];
}

/**
 * Finds the residual network in a graph: stem, stages of residual blocks, head. Its layers keep the names that they have in the
 * graph. Throws `bad-file`, naming the first layer that has no place in such a network.
 *
 * What several networks would say alike is decided so: of two paths the shortcut is the one that is empty, or has fewer
 * convolutions; an activation after an addition belongs to its block; without one, normalizations and activations before the next
 * fork are the next block's `preact`; a stage begins where the number of channels changes, or where the map does, unless it
 * does so in the last block before another number of channels.
 *
 * @example
 * const { network } = residualNetwork(graph);
 */
export function residualNetwork(graph: Graph): FoundNetwork {
  const merges = findMerges(graph);
  const placed = placeNodes(graph, merges);
  const nodes = [0, ...nodesOf(placed.stem), ...placed.blocks.flatMap(blockNodes), ...nodesOf(placed.head)];
  checkEachOnce(graph, merges, nodes);
  const unstaged = named(graph, nodes, { ...placed, starts: [] });
  checkNetwork(unstaged);
  const network = named(graph, nodes, { ...placed, starts: stageStarts(unstaged) });
  return { network, nodes };
}

/** From the graph's result back to its input, and then in the order of computation. */
function placeNodes(graph: Graph, { gates, blocks }: Merges): PlacedNetwork {
  const { nodes, output } = graph;
  const place = (node: number): Placed => {
    const chain = gates.get(node)?.chain;
    if (chain === undefined) return { op: ownOp(graph, node), node, gate: [] };
    const gate = gateChain(graph, chain);
    return { op: { op: 'gate', gate: gate.map(({ op }) => op) as never }, node, gate };
  };
  const additions: number[] = [];
  const lines: number[][] = [[]];
  for (let at = output; nodes[at]?.op.op !== 'input'; ) {
    const block = blocks.get(at);
    if (block === undefined) lines.at(-1)?.push(at);
    else {
      additions.push(at);
      lines.push([]);
    }
    at = block?.from ?? before(nodes, gates, at);
  }
  // Between two additions: what precedes block 0, block 1, …, and what follows the last.
  const between = lines.reverse().map((line) => line.reverse().map(place));
  if (additions.length === 0) return { ...plainParts(between[0] ?? []), blocks: [] };

  const parts = between.map((line, index) => {
    const activated = index > 0 && line[0]?.op.op === 'act' ? 1 : 0;
    const followed = between[index + 1];
    const preactivated = followed !== undefined && followed[0]?.op.op !== 'act';
    const start = preactivated ? preactStart(line.slice(activated)) + activated : line.length;
    return { activated, start, line };
  });
  const found = additions.reverse().map((add, index): PlacedBlock => {
    const { start, line } = parts[index] as (typeof parts)[number];
    const after = parts[index + 1] as (typeof parts)[number];
    const isLast = index === additions.length - 1;
    const paths = (blocks.get(add)?.paths ?? [[], []]).map((path) => path.map(place));
    const postact = after.line.slice(0, isLast ? after.activated : after.start);
    return { ...blockOf(line.slice(start), paths as [Placed[], Placed[]]), add, postact };
  });
  const [first, last] = [parts[0] as (typeof parts)[number], parts.at(-1) as (typeof parts)[number]];
  return { stem: first.line.slice(0, first.start), blocks: found, head: last.line.slice(last.activated) };
}

/** What is shared by both paths is the block's preact; otherwise, what comes before the branch's first other operation. */
function blockOf(
  shared: readonly Placed[],
  [first, second]: readonly [readonly Placed[], readonly Placed[]],
) {
  const convolutions = (path: readonly Placed[]) => path.filter(({ op }) => op.op === 'conv').length;
  const firstIsShortcut =
    second.length > 0 && (first.length === 0 || convolutions(first) < convolutions(second));
  const [branch, shortcut] = firstIsShortcut ? [second, first] : [first, second];
  if (shared.length > 0) return { preact: shared, branch, shortcut, shortcutFrom: 'preact' } as const;
  const start = Math.max(
    branch.findIndex((each) => !isPreact(each)),
    0,
  );
  return {
    preact: branch.slice(0, start),
    branch: branch.slice(start),
    shortcut,
    shortcutFrom: 'input',
  } as const;
}

/** Where the normalizations and activations at the end of a line begin: with a normalization. */
function preactStart(line: readonly Placed[]): number {
  const end = line.findLastIndex((each) => !isPreact(each)) + 1;
  const norm = line.slice(end).findIndex(({ op }) => op.op === 'norm');
  return norm === -1 ? line.length : end + norm;
}

const isPreact = ({ op }: Placed) => op.op === 'norm' || op.op === 'act';

/** A network without additions: its head begins where the map ends, with the average pooling before that, if there is any. */
function plainParts(line: readonly Placed[]): Pick<PlacedNetwork, 'stem' | 'head'> {
  const flat = line.findIndex(({ op }) => op.op === 'globalPool' || op.op === 'flatten');
  const end = flat === -1 ? line.length : flat;
  const pool = line[end - 1]?.op;
  const start = flat !== -1 && pool?.op === 'pool' && pool.mode === 'average' ? end - 1 : end;
  return { stem: line.slice(0, start), head: line.slice(start) };
}

/** The operation of a node outside of gates. */
function ownOp({ nodes, output }: Graph, index: number): Op {
  const node = nodes[index] as GraphNode;
  const { op } = node;
  switch (op.op) {
    case 'dense': {
      const { bias, ...dense } = op;
      if (!bias) throw noPlace(node, 'it is a dense layer without a bias');
      if (op.activation === 'softmax' && index !== output) {
        throw noPlace(node, 'it has a softmax, and is not the last layer');
      }
      return dense;
    }
    case 'reshape':
      throw noPlace(node, 'it reshapes, which only a gate (squeeze-and-excitation) does');
    case 'input':
    case 'add':
    case 'multiply':
      throw noPlace(node, 'it stands where another layer is expected'); // merges are placed before
    default:
      return op;
  }
}

/** Inside a gate, global pooling keeps a map of one pixel: a dense layer of it is a 1×1 convolution, and nothing is reshaped. */
function gateChain(graph: Graph, chain: readonly number[]): readonly Placed[] {
  let pooled = false;
  return chain.flatMap((index): readonly Placed[] => {
    const node = graph.nodes[index] as GraphNode;
    const placed = (op: Op) => [{ op, node: index, gate: [] }];
    if (node.op.op === 'globalPool') {
      pooled = true;
      return placed({ ...node.op, keepDims: true });
    }
    if (!pooled) return placed(ownOp(graph, index));
    if (node.op.op === 'reshape' || node.op.op === 'flatten') return [];
    if (node.op.op !== 'dense') return placed(ownOp(graph, index));
    const { units, bias, initializer, activation } = node.op;
    if (activation === 'softmax') throw noPlace(node, 'it has a softmax, and is not the last layer');
    return placed({
      ...{ op: 'conv', filters: units, kernelSize: [1, 1], strides: [1, 1], padding: 'valid' },
      ...{ groups: 1, dilations: [1, 1], bias, initializer },
    });
  });
}

/** In the order of `walk`. */
function nodesOf(line: readonly Placed[]): readonly number[] {
  return line.flatMap(({ node, gate }) => [...gate.map((each) => each.node), node]);
}

function blockNodes({ preact, branch, shortcut, add, postact }: PlacedBlock): readonly number[] {
  return [...[preact, branch, shortcut].flatMap(nodesOf), add, ...nodesOf(postact)];
}

/** Throws unless every node of the graph is placed; gates may have left out what reshapes. */
function checkEachOnce({ nodes }: Graph, { gates }: Merges, placed: readonly number[]) {
  const seen = new Set([...placed, ...[...gates.values()].flatMap(({ chain }) => chain)]);
  const lost = nodes.findIndex((_, index) => !seen.has(index));
  const node = nodes[lost];
  if (node === undefined) return;
  throw noPlace(
    node,
    node.op.op === 'input'
      ? 'it is a second input'
      : "the network's result doesn't come from it by a single path",
  );
}

/** The network with the names of the graph's layers, and stages that begin with the blocks in `starts`, beside the first. */
function named(
  graph: Graph,
  nodes: readonly number[],
  { stem, blocks, head, starts }: PlacedNetwork & { readonly starts: readonly number[] },
): Network {
  const ops = (line: readonly Placed[]) => line.map(({ op }) => op);
  const residuals = blocks.map(
    ({ preact, branch, shortcut, shortcutFrom, postact }): Residual => ({
      op: 'residual',
      preact: ops(preact),
      branch: ops(branch),
      shortcut: ops(shortcut),
      shortcutFrom,
      postact: ops(postact),
    }),
  );
  const bounds = blocks.length === 0 ? [] : [0, ...starts];
  const network: Network = {
    name: graph.name,
    input: graph.input,
    inputName: graph.nodes[0]?.name as string,
    stem: ops(stem),
    stages: bounds.map((start, stage) => residuals.slice(start, bounds[stage + 1])),
    head: ops(head),
  };
  const names = walk(network)
    .map(({ site }, index) => [siteName(site), graph.nodes[nodes[index] as number]?.name as string] as const)
    .slice(1);
  return { ...network, layerNames: Object.fromEntries(names) };
}

/** Throws `bad-file` for what no network has: sizes without bounds, shapes that don't fit. */
function checkNetwork(network: Network) {
  const { error } = safeParse(networkSchema, network);
  const issue = error?.issues[0];
  if (issue !== undefined) {
    throw badFile(`The file's network is not valid at ${issue.path.join('.')}: ${issue.message}.`, {}, error);
  }
  try {
    shapes(network);
  } catch (cause) {
    if (!(cause instanceof ResNetError)) throw cause;
    throw badFile(`The file's network does not fit together: ${cause.message}`, {}, cause);
  }
  checkNetworkSize(network);
}
