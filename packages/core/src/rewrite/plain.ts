import { keepLayerNames } from '../network/keep-layer-names.js';
import type { Network } from '../network/types.js';

/**
 * The network's plain counterpart: the same layers without shortcuts (He et al. 2015, §3.3), and `-plain` after its
 * name.
 *
 * @example
 * plainNetwork(preactResNet()).name; // 'preact/resnet-plain'
 */
export function plainNetwork(network: Network): Network {
  return keepLayerNames(network, {
    ...network,
    name: `${network.name}-plain`,
    stages: network.stages.map((blocks) => blocks.map((block) => ({ ...block, shortcut: null }))),
  });
}
