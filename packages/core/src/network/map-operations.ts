import { keepLayerNames } from './keep-layer-names.js';
import { inGate, type Site } from './site.js';
import type { Gate, Network, Op, Residual } from './types.js';

/**
 * Gives other operations for those of a stem, a head, a path of a block, or a gate; `siteOf` gives where each stands. Those
 * inside a gate come before those around it.
 */
export type RewriteOperations = (ops: readonly Op[], siteOf: (index: number) => Site) => readonly Op[];

/**
 * A network with other operations, path by path: the traversal of every pass that returns a network. Names that a file gave
 * stay with layers up to the first of another kind on their path.
 *
 * @example
 * const unnormalized = mapOperations(network, (ops) => ops.filter(({ op }) => op !== 'norm'));
 */
export function mapOperations(network: Network, rewrite: RewriteOperations): Network {
  const chain: RewriteOperations = (ops, siteOf) =>
    rewrite(
      ops.map((op, index) => {
        if (op.op !== 'gate') return op;
        return { ...op, gate: chain(op.gate, (place) => inGate(siteOf(index), place)) as Gate['gate'] };
      }),
      siteOf,
    );
  const block = (each: Residual, at: { readonly stage: number; readonly block: number }): Residual => {
    const path = (name: 'preact' | 'branch' | 'shortcut' | 'postact', ops: readonly Op[]) =>
      chain(ops, (index) => ({ part: 'stage', ...at, path: name, index }));
    return {
      ...each,
      preact: path('preact', each.preact),
      branch: path('branch', each.branch),
      shortcut: each.shortcut && path('shortcut', each.shortcut),
      postact: path('postact', each.postact),
    };
  };
  return keepLayerNames(network, {
    ...network,
    stem: chain(network.stem, (index) => ({ part: 'stem', index })),
    stages: network.stages.map((blocks, stage) =>
      blocks.map((each, index) => block(each, { stage, block: index })),
    ),
    head: chain(network.head, (index) => ({ part: 'head', index })),
  });
}
