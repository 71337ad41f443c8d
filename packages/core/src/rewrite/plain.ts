import type { Network } from '../network/types.js';

/** The network's plain twin: the same layers without shortcuts (He et al. 2015, §3.3). */
export function plain(network: Network): Network {
  return {
    ...network,
    name: `${network.name}-plain`,
    stages: network.stages.map((blocks) => blocks.map((block) => ({ ...block, shortcut: null }))),
  };
}
