import type { Network, Residual } from '../network/types.js';

/**
 * A network of one block, to run the block alone: from tensors of shape [batch, ...input] to the block's result.
 *
 * @example
 * const network = asNetwork(identityBlock({ filters: [4, 4, 3] }), [8, 8, 3]);
 * const y = forward(network, initialize(network), tf.ones([1, 8, 8, 3])); // [1, 8, 8, 3]
 */
export function asNetwork(block: Residual, input: Network['input'], name = 'block'): Network {
  return { name, input, inputName: 'input_1', stem: [], stages: [[block]], head: [] };
}
