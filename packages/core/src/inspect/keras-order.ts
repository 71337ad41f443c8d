import type { Network } from '../network/types.js';
import { walk } from '../network/walk.js';

/**
 * The indices of a network's nodes in the order of Keras's summary: by the length of the longest path to the result,
 * and among equals the branch before the shortcut. A projection's layers are therefore between the last layers of its
 * branch.
 */
export function kerasOrder(network: Network): readonly number[] {
  const nodes = walk(network);
  const depths = nodes.map(() => 0);
  for (let index = nodes.length - 1; index >= 0; index--) {
    for (const from of nodes[index]?.from ?? []) {
      depths[from] = Math.max(depths[from] as number, (depths[index] as number) + 1);
    }
  }
  return [...nodes.keys()].sort((a, b) => (depths[b] as number) - (depths[a] as number));
}
