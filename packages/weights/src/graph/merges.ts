import { badFile, quote } from '../bad-file.js';
import type { Graph, GraphNode } from './graph.js';

/** A product of a result with what a chain makes of it. */
interface GateMerge {
  readonly from: number;
  readonly chain: readonly number[];
}

/** A sum of two paths, which begin at one node. */
interface BlockMerge {
  readonly from: number;
  readonly paths: readonly [readonly number[], readonly number[]];
}

/** The places where two paths meet, by node. */
export interface Merges {
  readonly gates: ReadonlyMap<number, GateMerge>;
  readonly blocks: ReadonlyMap<number, BlockMerge>;
}

/**
 * Finds what each sum and each product of a graph closes: a residual block, or a gate. Throws `bad-file`, naming the first
 * that closes neither.
 */
export function findMerges({ nodes }: Graph): Merges {
  const takers = nodes.map(() => 0);
  for (const { from } of nodes) for (const each of from) takers[each] = (takers[each] as number) + 1;
  const gates = new Map<number, GateMerge>();
  const blocks = new Map<number, BlockMerge>();

  /** The way back from a node, as long as each node takes one result, and gives its own to one other. */
  const wayBack = (end: number) => {
    const path: number[] = [];
    let start = end;
    while (takers[start] === 1 && (isSingle(nodes[start] as GraphNode) || gates.has(start))) {
      path.push(start);
      start = before(nodes, gates, start);
    }
    return { start, path: path.reverse() };
  };
  const gateOf = ([a, b]: readonly [number, number]): GateMerge | undefined =>
    [[a, b] as const, [b, a] as const].flatMap(([from, end]) => {
      const { start, path: chain } = wayBack(end);
      return start === from && chain.length > 0 && !chain.some((each) => gates.has(each))
        ? [{ from, chain }]
        : [];
    })[0];

  nodes.forEach((node, index) => {
    const from = node.from as readonly [number, number];
    if (node.op.op === 'multiply') {
      const gate = gateOf(from);
      if (gate === undefined) {
        throw noPlace(
          node,
          `it multiplies ${both(nodes, from)}, neither of which is made of the other by a chain`,
        );
      }
      gates.set(index, gate);
      takers[gate.from] = (takers[gate.from] as number) - 1;
    }
    if (node.op.op === 'add') {
      const [first, second] = from.map(wayBack) as [ReturnType<typeof wayBack>, ReturnType<typeof wayBack>];
      const isBlock =
        first.start === second.start &&
        takers[first.start] === 2 &&
        first.path.length + second.path.length > 0;
      if (!isBlock) {
        throw noPlace(
          node,
          `it adds ${both(nodes, from)}, which are not a branch and a shortcut from one layer, each a chain`,
        );
      }
      blocks.set(index, { from: first.start, paths: [first.path, second.path] });
    }
  });
  return { gates, blocks };
}

/** The node before one on its path: for a gate the one whose result it multiplies. */
export function before(nodes: Graph['nodes'], gates: Merges['gates'], index: number): number {
  return gates.get(index)?.from ?? (nodes[index]?.from[0] as number);
}

/** The error for a layer of a file that a residual network doesn't have. */
export function noPlace({ name }: { readonly name: string }, why: string) {
  return badFile(
    `Layer ${quote(name)} has no place in a residual network: ${why}. Export the network without it.`,
    { layer: name },
  );
}

function isSingle({ op }: GraphNode): boolean {
  return op.op !== 'input' && op.op !== 'add' && op.op !== 'multiply';
}

function both(nodes: Graph['nodes'], from: readonly number[]): string {
  return `the results of ${from.map((each) => quote(nodes[each]?.name ?? '')).join(' and ')}`;
}
