import { ResNetError } from '../errors.js';
import { keepLayerNames } from '../network/keep-layer-names.js';
import type { Network } from '../network/types.js';

/**
 * The network up to a stage, without a head: its result is that stage's feature map, [batch, height, width, channels].
 * Layers keep their sites, so that the network's variables are this one's, too. Throws `bad-option` for a stage that the
 * network doesn't have.
 *
 * @param stage from 0 on; −1 for the stem alone
 *
 * @example
 * truncate(createNetwork('resnet50'), 2); // [batch, 14, 14, 1024]
 */
export function truncate(network: Network, stage: number): Network {
  if (!Number.isSafeInteger(stage) || stage < -1 || stage >= network.stages.length) {
    throw new ResNetError(
      'bad-option',
      `${network.name} has no stage ${stage}: its stages are 0 to ${network.stages.length - 1}, and −1 is the stem.`,
      { stage },
    );
  }
  return keepLayerNames(network, { ...network, stages: network.stages.slice(0, stage + 1), head: [] });
}
