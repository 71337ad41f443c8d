import { ResNetError } from '../errors.js';
import { type Site, siteName } from './site.js';
import type { Network } from './types.js';
import { walk } from './walk.js';

/** A node of `walk`, by its index or by where it stands. */
export type NodeReference = number | Site;

/** The index of a node. Throws `bad-option` where the network has none there. */
export function findNode(network: Network, reference: NodeReference): number {
  const nodes = walk(network);
  const name = typeof reference === 'number' ? reference : siteName(reference);
  const index = nodes.findIndex(({ site }, at) => name === at || name === siteName(site));
  if (index >= 0) return index;
  throw new ResNetError(
    'bad-option',
    `${network.name} has no step ${name}: it has steps 0 to ${nodes.length - 1}, the last of them ${siteName(nodes.at(-1)?.site ?? { part: 'input' })}.`,
    { reference },
  );
}
