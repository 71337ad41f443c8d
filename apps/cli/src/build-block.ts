import {
  asNetwork,
  convolutionalBlock,
  identityBlock,
  type Network,
  plain,
  preActivationBlock,
  type Residual,
  ResNetError,
  twoLayerIdentityBlock,
} from '@resnetjs/core';
import type { BlockCommandOptions, BlockName } from './block-options.js';
import { refuse } from './build-network.js';

/** As each block stands in a network: in ResNet-50's first stages, and in the pre-activation document's network. */
const defaults = {
  identity: { filters: [64, 64, 256], input: [56, 56, 256] },
  'identity-two-layer': { filters: [64, 64], input: [56, 56, 64] },
  convolutional: { filters: [128, 128, 512], input: [56, 56, 256] },
  preactivation: { filters: [32, 32, 128], input: [16, 16, 128] },
} as const satisfies Record<BlockName, { filters: readonly number[]; input: Network['input'] }>;

/** A block as a network of its own. Throws `bad-option` for an option that it doesn't have. */
export function buildBlock(name: BlockName, options: BlockCommandOptions): Network {
  const { filters = defaults[name].filters, kernelSize = 3, stride } = options;
  if (name !== 'convolutional') refuse({ '--stride': stride }, 'is an option of convolutional');
  const count = defaults[name].filters.length;
  if (filters.length !== count) {
    throw new ResNetError(
      'bad-option',
      `--filters has ${filters.length} numbers, but ${name} has ${count} convolutions: give one for each.`,
      { option: '--filters' },
    );
  }
  const [height, width, channels] = defaults[name].input;
  // An identity shortcut adds the input as it is: it has as many channels as the last convolution gives.
  const fitting = name === 'convolutional' ? channels : (filters.at(-1) as number);
  const input = options.inputShape ?? [height, width, fitting];
  const network = asNetwork(
    residual(name, filters, { kernelSize, ...(stride ? { stride } : {}) }),
    input,
    name,
  );
  return options.plain ? plain(network) : network;
}

function residual(
  name: BlockName,
  filters: readonly number[],
  options: { readonly kernelSize: number; readonly stride?: number },
): Residual {
  const three = filters as readonly [number, number, number];
  switch (name) {
    case 'identity':
      return identityBlock({ ...options, filters: three });
    case 'identity-two-layer':
      return twoLayerIdentityBlock({ ...options, filters: filters as readonly [number, number] });
    case 'convolutional':
      return convolutionalBlock({ ...options, filters: three });
    case 'preactivation':
      return preActivationBlock({ ...options, filters: three });
    default:
      return name satisfies never;
  }
}
