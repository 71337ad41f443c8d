import { createNetwork, mapOperations, type Network, type Op } from '@resnetjs/core';
import type { Golden } from './golden.js';

/** The network of a golden, for images of a size. */
export function goldenNetwork(
  { network, classes, thin }: Pick<Golden, 'network' | 'classes' | 'thin'>,
  input: Network['input'],
): Network {
  const whole = createNetwork(network, { input, classes });
  return thin === undefined ? whole : thinned(whole, thin.divisor);
}

/** The name by which a golden's values are sampled. */
export function sampledName({ network, thin }: Pick<Golden, 'network' | 'thin'>): string {
  return thin === undefined ? network : `thin/${network}/${thin.draw}`;
}

/** The first and the last block of the first two stages, with fewer channels, but as many in each group. */
function thinned(network: Network, divisor: number): Network {
  const fewer = (op: Op): Op => {
    if (op.op === 'conv') {
      return { ...op, filters: op.filters / divisor, groups: Math.max(1, op.groups / divisor) };
    }
    if (op.op === 'subsample') {
      const { channelsBefore, channelsAfter } = op;
      return { ...op, channelsBefore: channelsBefore / divisor, channelsAfter: channelsAfter / divisor };
    }
    return op;
  };
  const ends = network.stages
    .slice(0, 2)
    .map((blocks) => blocks.filter((_, index) => index === 0 || index === blocks.length - 1));
  return mapOperations({ ...network, stages: ends }, (ops) => ops.map(fewer));
}
