import { courseResNet50, mapOperations, type Network, plainNetwork, preactResNet } from '@resnetjs/core';
import type { Variant, NetworkConfig } from './protocol.js';

/** What the data asks of a network. */
export interface Classification {
  /** Height and width of the images, in pixels. */
  readonly size: number;
  readonly classes: number;
}

/** The network of a configuration, for square images. Throws `shape-mismatch` if they are too small for it. */
export function buildNetwork(
  config: NetworkConfig,
  variant: Variant,
  { size, classes }: Classification,
): Network {
  const common = { input: [size, size, 3] as const, classes };
  const network =
    config.name === 'course/resnet50'
      ? courseResNet50(common)
      : preactResNet({ ...common, blocks: config.blocks });
  const wanted = variant === 'plain' ? plainNetwork(network) : network;
  return config.normalized ? wanted : withoutNormalization(wanted);
}

/** The same layers, as networks were before 2015: without batch normalization. */
function withoutNormalization(network: Network): Network {
  const rest = mapOperations(network, (ops) => ops.filter(({ op }) => op !== 'norm'));
  return { ...rest, name: `${network.name}-unnormalized` };
}
