import { type Network, type Shape, shapes, walk } from '@resnetjs/core';

/**
 * The blocks with which stages begin, beside the first, in a network whose blocks are all in one: where the number of channels
 * changes, or the map's size does. A block that changes only the size, before one that changes only the channels, is the last of
 * its stage, as in Keras's pre-activation networks.
 */
export function stageStarts(network: Network): readonly number[] {
  const results = shapes(network);
  const sums = walk(network).flatMap(({ op }, index) => (op.op === 'add' ? [results[index] as Shape] : []));
  const changes = sums.map((shape, block) => {
    const before = sums[block - 1] ?? shape;
    return { channels: shape[2] !== before[2], size: shape[0] !== before[0] || shape[1] !== before[1] };
  });
  return [...changes.keys()].filter((block) => {
    const [own, next] = [changes[block], changes[block + 1]];
    return own?.channels || (own?.size && !(next?.channels && !next.size));
  });
}
