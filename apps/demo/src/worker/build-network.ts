import { type Network, type Op, plain, courseResNet50, preactResNet } from '@resnetjs/core';
import type { Lane, NetworkOrder } from './protocol.js';

export interface Subject {
  readonly size: number;
  readonly classes: number;
}

/** The network that was ordered, for square images of `size` pixels. Throws `shape-mismatch` where they are too small. */
export function buildNetwork(order: NetworkOrder, lane: Lane, { size, classes }: Subject): Network {
  const common = { input: [size, size, 3] as const, classes };
  const network =
    order.name === 'course/resnet50'
      ? courseResNet50(common)
      : preactResNet({ ...common, stages: order.blocks });
  const twin = lane === 'plain' ? plain(network) : network;
  return order.normalized ? twin : withoutNormalization(twin);
}

/** The same layers, as networks were before 2015: without batch normalization. */
function withoutNormalization(network: Network): Network {
  const rest = (ops: readonly Op[]) => ops.filter(({ op }) => op !== 'norm');
  return {
    ...network,
    name: `${network.name}-unnormalized`,
    stem: rest(network.stem),
    stages: network.stages.map((blocks) =>
      blocks.map((block) => ({
        ...block,
        preact: rest(block.preact),
        branch: rest(block.branch),
        shortcut: block.shortcut && rest(block.shortcut),
        postact: rest(block.postact),
      })),
    ),
    head: rest(network.head),
  };
}
