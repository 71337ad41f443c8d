import { inGate, type Site } from './site.js';
import type { Network, Op, Residual } from './types.js';

/** A node of a network's graph: an operation, the input, or the addition of a branch and its shortcut. */
export interface NetworkNode {
  readonly site: Site;
  readonly op: Op | { readonly op: 'input' } | { readonly op: 'add' };
  /** Indices of the nodes whose results it takes: [branch, shortcut] for an addition, [x, factors] for a gate. */
  readonly from: readonly number[];
}

const walked = new WeakMap<Network, readonly NetworkNode[]>();

/**
 * The network as a list of nodes in the order of computation; node 0 is the input. It is the only traversal: every pass
 * over a network is a loop over this list.
 *
 * @example
 * walk(courseResNet50()).filter(({ op }) => op.op === 'conv').length; // 53
 */
export function walk(network: Network): readonly NetworkNode[] {
  const known = walked.get(network);
  if (known !== undefined) return known;

  const nodes: NetworkNode[] = [{ site: { part: 'input' }, op: { op: 'input' }, from: [] }];
  const append = (node: NetworkNode) => nodes.push(node) - 1;
  const chain = (ops: readonly Op[], from: number, siteOf: (index: number) => Site): number =>
    ops.reduce((previous, op, index) => {
      const site = siteOf(index);
      if (op.op !== 'gate') return append({ site, op, from: [previous] });
      const factors = chain(op.gate, previous, (gate) => inGate(site, gate));
      return append({ site, op, from: [previous, factors] });
    }, from);

  const residual = (block: Residual, from: number, at: { stage: number; block: number }) => {
    const site = (path: 'preact' | 'branch' | 'shortcut' | 'add' | 'postact') => (index: number) =>
      ({ part: 'stage', ...at, path, index }) as const;
    const preact = chain(block.preact, from, site('preact'));
    let result = chain(block.branch, preact, site('branch'));
    if (block.shortcut !== null) {
      const start = block.shortcutFrom === 'preact' ? preact : from;
      const shortcut = chain(block.shortcut, start, site('shortcut'));
      result = append({ site: site('add')(0), op: { op: 'add' }, from: [result, shortcut] });
    }
    return chain(block.postact, result, site('postact'));
  };

  let last = chain(network.stem, 0, (index) => ({ part: 'stem', index }));
  network.stages.forEach((blocks, stage) => {
    blocks.forEach((block, index) => {
      last = residual(block, last, { stage, block: index });
    });
  });
  chain(network.head, last, (index) => ({ part: 'head', index }));
  walked.set(network, nodes);
  return nodes;
}
