import { ResNetError } from '../errors.js';
import { type Site, siteName } from './site.js';
import type { Network } from './types.js';
import { walk } from './walk.js';

/** A node of `walk(network)`, by its index or its site. */
export type NodeReference = number | Site;

/** The index of a node in `walk(network)`. Throws `bad-option` if the network doesn't have it. */
export function findNode(network: Network, reference: NodeReference): number {
  const nodes = walk(network);
  const name = typeof reference === 'number' ? reference : siteName(reference);
  const index = nodes.findIndex(({ site }, at) => name === at || name === siteName(site));
  if (index >= 0) return index;
  throw new ResNetError(
    'bad-option',
    `${network.name} has no node ${name}: its nodes are 0 to ${nodes.length - 1}, and the last is ${siteName(nodes.at(-1)?.site ?? { part: 'input' })}.`,
    { reference },
  );
}
