import { type Site, siteName } from './site.js';
import type { Network } from './types.js';
import { walk } from './walk.js';

/**
 * The counts from which a node's name is made. A chain is the stem, the head, the preact, branch and postact of a block
 * together, its shortcut, or a gate.
 */
export interface Place {
  /** Blocks before this one in the whole network. */
  readonly blocks: number;
  /** Convolutions before this node in its chain. */
  readonly convolutions: number;
  /** Normalizations before this node in its chain. */
  readonly norms: number;
  /** Activations before this node in its chain. */
  readonly activations: number;
}

/** The place of each node, in the order of `walk`. */
export function placesOf(network: Network): readonly Place[] {
  const starts = network.stages.map((_, stage) => network.stages.slice(0, stage).flat().length);
  const counted = new Map<string, Omit<Place, 'blocks'>>();
  return walk(network).map(({ op, site }): Place => {
    const chain = chainName(site);
    const before = counted.get(chain) ?? { convolutions: 0, norms: 0, activations: 0 };
    counted.set(chain, {
      convolutions: before.convolutions + (op.op === 'conv' ? 1 : 0),
      norms: before.norms + (op.op === 'norm' ? 1 : 0),
      activations: before.activations + (op.op === 'act' ? 1 : 0),
    });
    return { ...before, blocks: site.part === 'stage' ? (starts[site.stage] as number) + site.block : 0 };
  });
}

function chainName(site: Site): string {
  if (site.part === 'input') return site.part;
  if (site.gate !== undefined) return siteName({ ...site, gate: 0 });
  if (site.part !== 'stage') return site.part;
  return `${site.stage}.${site.block}.${site.path === 'shortcut' ? 'shortcut' : 'branch'}`;
}
